import Basics
import Kernel
import TestSupport
import Testing

@testable import lbctl

/// One TCP connection of `lbctl send`.
@Suite struct SendConnectionTests {
    /// A peer that has gone must not end the process that all tests run in, as it does not end the
    /// programs (SIGPIPE).
    init() { Signals.letWritesFail() }

    /// A service that takes one connection and does with it what the test says, on a thread.
    private final class Service: Sendable {
        let address: Address

        init(_ serve: @escaping @Sendable (borrowing Descriptor) -> Void) throws {
            let listener = try Socket.listen(on: .loopback(port: 0))
            address = try Socket.localAddress(of: listener)
            let listening = Listener(listener)
            let hasStarted = Thread.start(named: "service") {
                guard
                    Poll.wait(for: .readable, on: listening.socket.reference, timeout: patience),
                    case .connection(let socket, _) = Socket.accept(
                        from: listening.socket.reference)
                else { return }
                try? socket.setNonBlocking(false)
                serve(socket)
            }
            #expect(hasStarted)
        }
    }

    private final class Listener: Sendable {
        let socket: Descriptor

        init(_ socket: consuming Descriptor) { self.socket = socket }
    }

    private func exchange(
        _ service: Service, _ text: String, limit: Nanoseconds? = patience
    ) throws -> (outcome: SendConnection.Outcome, output: String) {
        let pipe = try OutputPipe()
        let outcome = SendConnection.exchange(
            with: [service.address], .kept(Array(text.utf8)), limit: limit,
            streams: .init(output: pipe.output))
        return (outcome, pipe.finish())
    }

    @Test func `what is sent comes back, and both directions end`() throws {
        let service = try Service { socket in
            let text = allText(socket)
            socket.reference.writeAll(text)
        }
        let (outcome, output) = try exchange(service, "hello\n")
        #expect(output == "hello\n")
        #expect(outcome.fault == nil && !outcome.hasLostOutput)
        #expect(outcome.sent == 6 && outcome.received == 6)
        #expect(outcome.summary.hasPrefix("\(service.address): 6 bytes sent, 6 received in "))
    }

    @Test func `a service may speak and send nothing back`() throws {
        let service = try Service { socket in _ = allText(socket) }
        let (outcome, output) = try exchange(service, "x")
        #expect(output == "" && outcome.sent == 1 && outcome.received == 0)
        #expect(outcome.summary.contains("1 byte sent, 0 received"))
    }

    @Test func `a service that says nothing for too long is left`() throws {
        let service = try Service { socket in
            // It ends when the client has.
            _ = allText(socket)
            _ = Poll.wait(for: .hungUp, on: socket.reference, timeout: .seconds(5))
        }
        let (outcome, _) = try exchange(service, "x", limit: .milliseconds(100))
        #expect(outcome.fault == "nothing has come for 100 ms")
    }

    @Test func `a reset is told with what had passed`() throws {
        let service = try Service { socket in
            // Not before the client has looked whether it is connected.
            _ = allText(socket)
            Socket.resetOnClose(socket)
        }
        let (outcome, _) = try exchange(service, "")
        #expect(outcome.fault == "the connection was reset, after 0 bytes sent and 0 received")
    }

    @Test func `where nothing listens that is told, and of several addresses the first`() throws {
        let port = try ReservedPort.any()
        let outcome = SendConnection.exchange(
            with: [.loopback(port: port), .loopback6(port: port)], .kept([]), limit: patience)
        #expect(
            outcome.fault == "can't be connected to (127.0.0.1:\(port): Connection refused)")
    }

    @Test func `the second address is taken where the first does not answer`() throws {
        let service = try Service { socket in _ = allText(socket) }
        let port = try ReservedPort.any()
        let pipe = try OutputPipe()
        let outcome = SendConnection.exchange(
            with: [.loopback(port: port), service.address], .kept([]), limit: patience,
            streams: .init(output: pipe.output))
        #expect(outcome.fault == nil && outcome.address == service.address)
    }

    @Test func `standard input goes through as it comes`() throws {
        let service = try Service { socket in
            let text = allText(socket)
            socket.reference.writeAll(text)
        }
        let place = try TemporaryFolder()
        let path = try place.file("input", String(repeating: "0123456789", count: 100_000))
        let input = try Files.open(path, for: .read)
        let output = try Files.open(place("output"), for: .replace)
        let outcome = SendConnection.exchange(
            with: [service.address], .standardInput, limit: patience,
            streams: .init(input: input.reference, output: output.reference))
        #expect(outcome.fault == nil)
        #expect(outcome.sent == 1_000_000 && outcome.received == 1_000_000)
        #expect(try Files.text(place("output")) == Files.text(path))
    }

    // MARK: Where to connect

    @Test(
        arguments: [
            ("8080", ["127.0.0.1:8080", "[::1]:8080"]),
            ("localhost:8080", ["127.0.0.1:8080", "[::1]:8080"]),
            ("127.0.0.1:8080", ["127.0.0.1:8080"]), ("[::1]:8080", ["[::1]:8080"]),
        ])
    func `a port alone and localhost mean both loopbacks`(text: String, expected: [String]) throws {
        #expect(try SendCommand.addresses(text).map { "\($0)" } == expected)
    }

    @Test(arguments: ["0", "65536", "x", "127.0.0.1", "127.0.0.1:0", "example.org:80", ""])
    func `what is no address is refused`(text: String) {
        #expect(
            throws: UsageError(
                "'\(text)' is no address", hint: "HOST:PORT, HOST numeric or localhost")
        ) { try SendCommand.addresses(text) }
    }
}
