import Basics
import Control
import Kernel
import TestSupport
import Testing

@testable import lb_balancer

/// The sockets that clients connect to.
@Suite struct ListeningTests {
    /// What `--listen` with these values is listened on: the addresses as they are written, `?`
    /// behind those that may be missing.
    private func addresses(_ texts: [String]) throws(UsageError) -> [String] {
        let options = try BalancerOptions(words: texts.map { "--listen=\($0)" })
        return Listening.addresses(options.listen).map { "\($0.0)" + ($0.1 ? "?" : "") }
    }

    @Test func `a port is both loopbacks, of which the second may be missing`() throws {
        #expect(try addresses([]) == ["127.0.0.1:8080", "[::1]:8080?"])
        #expect(try addresses(["3000"]) == ["127.0.0.1:3000", "[::1]:3000?"])
        #expect(try addresses([":3000"]) == ["127.0.0.1:3000", "[::1]:3000?"])
        #expect(try addresses(["localhost:3000"]) == ["127.0.0.1:3000", "[::1]:3000?"])
    }

    @Test func `an address is itself, and must be had`() throws {
        #expect(
            try addresses(["0.0.0.0:80", "[::1]:81", "unix:/run/a.sock"])
                == ["0.0.0.0:80", "[::1]:81", "unix:/run/a.sock"])
    }

    @Test func `where the kernel chooses, both loopbacks have one port, and it is told`() throws {
        let options = try BalancerOptions(words: ["--listen", "0", "--backend", "3000"])
        let listening = Listening(options, inherited: [])
        let ports = Set(listening.sockets.compactMap { $0.address.port })
        #expect(ports.count == 1 && !ports.contains(0))
        #expect(listening.announcements.count == 2)
        #expect(listening.announcements[0] == "listening on \(listening.sockets[0].address)")
        let isTaken = (try? Socket.listen(on: listening.sockets[0].address)) == nil
        #expect(isTaken)
    }

    @Test func `a port that is taken ends the program, which tells by what`() async throws {
        let taken = try Socket.listen(on: .loopback(port: 0))
        let port = try #require(try Socket.localAddress(of: taken).port)
        let result = await #expect(
            processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
        ) { [port = port as UInt16] in
            let options = try BalancerOptions(words: [
                "--listen", "127.0.0.1:\(port)", "--backend", "3000",
            ])
            _ = Listening(options, inherited: [])
        }
        let errors = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(
            errors.hasPrefix(
                "lb-balancer: can't listen on 127.0.0.1:\(port): the port is taken by pid "
                    + "\(ThisProcess.pid) ("))
        #expect(errors.hasSuffix("\n  choose another with --listen\n"))
        withExtendedLifetime(taken) {}
    }
}

/// What `lb-balancer --help` says.
@Suite struct HelpTests {
    @Test func `every option has its line, below each other`() async {
        let result = await #expect(
            processExitsWith: .exitCode(0), observing: [\.standardOutputContent]
        ) { Help.show() }
        let text = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
        let lines = text.split(separator: "\n")
        for option in BalancerOptions.options {
            let spelled = option.value.map { "--\(option.name) \($0) " } ?? "--\(option.name) "
            let line = lines.first { $0.contains(spelled) }
            #expect(line != nil, "\(option.name)")
            #expect(line?.hasSuffix(option.help) == true, "\(option.name)")
        }
    }
}
