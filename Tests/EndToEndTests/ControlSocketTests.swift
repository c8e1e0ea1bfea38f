import Basics
import Kernel
import TestSupport
import Testing

/// Clients that do not do what clients do: no other waits for them.
@Suite struct ControlSocketTests {
    private func path(_ service: Service) -> String {
        "\(service.folder.path)/run/lbctl/\(service.name)/control.sock"
    }

    private func connect(_ service: Service) throws -> Descriptor {
        let socket = try Socket.connect(to: .unix(path(service)))
        _ = Poll.wait(for: .writable, on: socket.reference, timeout: patience)
        return socket
    }

    @Test func `more silent clients than there is room for keep no other out`() throws {
        let service = try Service(["--backends", "1"])
        var silent: [HeldSocket] = []
        for number in 0..<400 {
            let socket = HeldSocket(try connect(service))
            // Some have begun to say something.
            if number % 3 == 0 { _ = socket.descriptor.write([9, 0, 0].span) }
            silent.append(socket)
        }
        #expect(try service.run("ps").code == 0)
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        // Those that made room have been told so, by the end of their connection.
        #expect(eventually { silent.first?.hasEnded ?? false })
        withExtendedLifetime(silent) {}
    }

    @Test func `a request that never ends is cut off, and its bytes are not kept`() throws {
        let service = try Service(["--backends", "1"])
        for length in [0x3FFF_FFFF, 60_000] as [UInt32] {
            let socket = HeldSocket(try connect(service))
            let head = (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
            _ = socket.descriptor.write(head.span)
            let chunk = [UInt8](repeating: 0, count: 1 << 20)
            var sent = 0
            let isCutOff = eventually {
                switch socket.descriptor.send(chunk.span) {
                case .moved(let count): sent += count
                case .wouldBlock: break
                case .end, .failed: return true
                }
                return sent > 1 << 30
            }
            #expect(isCutOff && sent < 16 << 20, "\(sent) bytes were taken")
        }
        #expect(try service.run("ps").code == 0)
    }

    @Test func `a client that asks without end and takes no answer delays no other`() throws {
        let service = try Service(["--backends", "1"])
        var talkers: [HeldSocket] = []
        let requests = [[UInt8]](repeating: [1, 0, 0, 0, 1], count: 2000).flatMap { $0 }
        for _ in 0..<100 {
            let socket = HeldSocket(try connect(service))
            _ = socket.descriptor.send(requests.span)
            talkers.append(socket)
        }
        for _ in 0..<3 {
            let before = try service.row("backend.1")
            #expect(try service.run("kill", ["backend.1"]).code == 0)
            try service.await("backend.1") { $0.state == "ready" && $0.pid != before.pid }
            for talker in talkers { _ = talker.descriptor.send(requests.span) }
        }
        #expect(try service.run("down").code == 0)
        withExtendedLifetime(talkers) {}
    }

    @Test func `a request for what can't be had is told so, and nothing is done`() throws {
        let service = try Service(["--backends", "1"])
        // `scale` to 4,294,967,295, and a request that there is not.
        for frame in [[5, 0, 0, 0, 7, 255, 255, 255, 255], [1, 0, 0, 0, 99]] as [[UInt8]] {
            let socket = try connect(service)
            _ = socket.write(frame.span)
            var answer = ByteQueue(capacity: 4096)
            let isOver = eventually {
                answer.reserve(1024)
                if case .end = socket.receive(into: &answer) { return true }
                return false
            }
            #expect(isOver)
            let text = Utf8.string(answer.bytes)
            #expect(text.contains("the request was not understood"), "\(text)")
        }
        #expect(try service.rows().count == 2)
    }

    @Test func `clients that leave amid a request are forgotten`() throws {
        let service = try Service(["--backends", "1"])
        for _ in 0..<600 {
            let socket = try connect(service)
            _ = socket.write([7, 0, 0, 0, 1].span)
        }
        #expect(try service.run("ps").code == 0)
        #expect(try service.get().status == 200)
    }

    @Test func `where descriptors are short a request is heard all the same`() throws {
        let place = try Place()
        let words = ["up", "--backends", "1", "--name", place.name] + place.ups
        let up = try place.shell("ulimit -n 40; exec \"$0\" \"$@\"", words)
        _ = try up.line(with: "in another terminal", in: .errors)
        var silent: [HeldSocket] = []
        let path = "\(place.folder.path)/run/lbctl/\(place.name)/control.sock"
        for _ in 0..<60 { silent.append(HeldSocket(try Socket.connect(to: .unix(path)))) }
        #expect(try place.run("ps").code == 0)
        #expect(try place.run("down").code == 0)
        withExtendedLifetime(silent) {}
    }

    static let canBeAnother = ThisProcess.user == 0 && Files.isExecutable("/usr/bin/setpriv")

    @Test(.enabled(if: canBeAnother, "only root can be somebody else"))
    func `other users are not heard, even where the folder is open to them`() throws {
        let service = try Service(["--backends", "1"])
        let folder = "\(service.folder.path)/run/lbctl"
        for place in [service.folder.path, "\(service.folder.path)/run"] {
            try Files.setPermissions(place, to: 0o755)
        }
        let told = try another(service, ["ps"])
        #expect(told.code == 1)
        #expect(told.errors.contains("belongs to another user"), "\(told.errors)")
        for place in [folder, "\(folder)/\(service.name)"] {
            try Files.setPermissions(place, to: 0o755)
        }
        try Files.setPermissions(path(service), to: 0o777)
        let program = try RunningProgram(
            "/usr/bin/setpriv",
            [
                "--reuid=65534", "--clear-groups", "/bin/sh", "-c",
                "test -w '\(path(service))' && echo it is open",
            ])
        #expect(try program.end().cause.isSuccess)
        #expect(program.output == "it is open\n")
        #expect(try another(service, ["ps"]).code == 1)
        for place in [folder, "\(folder)/\(service.name)"] {
            try Files.setPermissions(place, to: 0o700)
        }
        #expect(try service.run("ps").code == 0)
    }

    private func another(_ service: Service, _ words: [String]) throws -> Outcome {
        let program = try RunningProgram(
            "/usr/bin/setpriv",
            ["--reuid=65534", "--clear-groups", Programs.path("lbctl")] + words
                + ["--name", service.name], environment: service.place.environment)
        guard case .exited(let code) = try program.end().cause else { throw Failure("killed") }
        return Outcome(code: code, output: program.output, errors: program.errors)
    }

    @Test func `a verb that waits for a supervisor that is stopped is told so`() throws {
        let service = try Service(["--backends", "1"])
        let supervisor = try #require(
            Processes.facts(of: try service.row("backend.1").pid)
        ).parent
        Signals.send(.stop, to: supervisor)
        let waiting = try service.place.start(["ps"])
        let line = try waiting.line(with: "is stopped", in: .errors)
        #expect(line.hasPrefix("lbctl: the supervisor (pid \(supervisor)) is stopped"), "\(line)")
        Signals.send(.proceed, to: supervisor)
        #expect(try waiting.end().cause == .exited(code: 0))
        #expect(waiting.output.contains("backend.1"))
    }
}

/// A socket that can be kept in an array.
final class HeldSocket {
    let descriptor: Descriptor

    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Whether the other side has closed it.
    var hasEnded: Bool {
        var queue = ByteQueue(capacity: 16)
        switch descriptor.receive(into: &queue) {
        case .end, .failed: return true
        case .moved, .wouldBlock: return false
        }
    }
}
