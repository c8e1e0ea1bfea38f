import Basics
import Kernel
import Testing

/// Many connections that do nothing, or next to nothing, and those beside them that work.
@Suite struct ManyConnectionsTests {
    /// Begins something and leaves it there: a head, a body, an answer that is not read.
    private func beginning(_ number: Int) -> String {
        switch number % 3 {
        case 0: "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "
        case 1: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nx"
        default: "GET /bytes/50000000 HTTP/1.1\r\nHost: a\r\n\r\n"
        }
    }

    @Test func `the idle and the slow keep no client from being served`() throws {
        let echoes = try Echoes(2)
        // However long it takes here, none of them is cut off for it.
        let balanced = try Balanced(
            echoes.addresses,
            ["--timeout-client", "10m", "--timeout-idle", "10m", "--min-rate", "off"])
        var idle: [Client] = []
        for _ in 0..<300 {
            let client = try Client(balanced.address)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().status == 200)
            idle.append(client)
        }
        let before = try #require(Processes.facts(of: balanced.program.pid)?.residentBytes)
        var slow: [Client] = []
        for number in 0..<50 {
            let client = try Client(balanced.address)
            try client.send(beginning(number))
            slow.append(client)
        }

        let load = try Load(on: balanced.address, clients: 16)
        try load.awaitMore(1000)
        for (number, client) in slow.enumerated() where number % 3 != 2 {
            try client.send("x")
        }
        try load.awaitMore(1000)
        let account = try load.stop()
        #expect(account.failed == 0, "\(account)")

        // What a client does not read is left with the backend.
        let after = try #require(Processes.facts(of: balanced.program.pid)?.residentBytes)
        #expect(after < before + (32 << 20))
        for client in idle {
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().status == 200)
        }
        for client in slow.enumerated() where client.offset % 3 == 0 {
            try client.element.send("\r\n\r\n")
            #expect(try client.element.answer().status == 200)
        }
    }
}
