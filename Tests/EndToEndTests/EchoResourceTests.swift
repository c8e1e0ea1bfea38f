import Basics
import Kernel
import TestSupport
import Testing

/// What the echo backend uses, and how it starts and leaves.
@Suite struct EchoResourceTests {
    private func start(_ words: [String] = []) throws -> (RunningProgram, Address) {
        let program = try RunningProgram("lb-echo", ["--port", "0"] + words)
        return (program, try program.address())
    }

    private func memory(_ program: RunningProgram) -> UInt64 {
        Processes.facts(of: program.pid)?.residentBytes ?? .max
    }

    @Test func `a client that does not read is not read from, and costs no memory`() throws {
        let (program, address) = try start()
        let before = memory(program)
        let client = try Client(address)
        let total = 256 << 20
        try client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: \(total)\r\n\r\n")
        let piece = [UInt8](repeating: 0x61, count: 1 << 20)
        var sent = 0
        while sent < total {
            let count = try client.sendSome(piece, from: 0, within: .milliseconds(300))
            if count == 0 { break }
            sent += count
        }
        #expect(sent < total / 2)
        #expect(memory(program) < before + (4 << 20))
    }

    @Test func `a large body comes back whole in constant memory`() throws {
        let (program, address) = try start()
        let before = memory(program)
        let client = try Client(address)
        let total = 64 << 20
        try client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: \(total)\r\n\r\n")
        // A period that no buffer size is a multiple of, so that a lost or doubled piece shows.
        let piece = (0..<65521).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 >> 8) }
        var sent = 0
        var received = 0
        var isFirst = true
        while received < total {
            while sent < total {
                let start = sent % piece.count
                let end = min(piece.count, start + total - sent)
                let count = try client.sendSome(
                    Array(piece[start..<end]), from: 0, within: Nanoseconds(0))
                if count == 0 { break }
                sent += count
            }
            var bytes = try client.some()[...]
            if isFirst, let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                bytes = bytes[end.upperBound...]
                isFirst = false
            }
            for byte in bytes {
                if byte != piece[received % piece.count] {
                    Issue.record("byte \(received) is another")
                    return
                }
                received += 1
            }
        }
        #expect(memory(program) < before + (4 << 20))
    }

    @Test func `told to end, it finishes what it has and closes what is idle`() throws {
        let (program, address) = try start()
        let busy = try Client(address)
        let idle = try Client(address)
        try idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = try idle.answer()
        try busy.send("GET /delay/0.5 HTTP/1.1\r\nHost: h\r\n\r\n")
        Poll.sleep(.milliseconds(100))
        program.send(.terminate)
        #expect(idle.isClosed())
        #expect(throws: Failure.self) { try Client(address) }
        let answer = try busy.answer()
        #expect(answer.status == 200)
        #expect(answer.field("connection") == "close")
        #expect(try program.end().cause == .exited(code: 0))
    }

    @Test func `without descriptors it waits and does not spin`() throws {
        // Its own limit is too high to reach; a shell lowers it.
        let narrow = try RunningProgram(
            "/bin/sh", ["-c", "ulimit -n 40; exec \(Programs.path("lb-echo")) --port 0"])
        let other = try narrow.address()
        let clients = try (0..<60).map { _ in try Client(other) }
        Poll.sleep(.milliseconds(300))
        let before = Processes.facts(of: narrow.pid)?.cpu ?? Nanoseconds(0)
        Poll.sleep(.milliseconds(500))
        let after = Processes.facts(of: narrow.pid)?.cpu ?? .seconds(99)
        #expect(after.count - before.count < Nanoseconds.milliseconds(100).count)
        for client in clients {
            try client.send("GET /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        }
        for client in clients { #expect(try client.answer().text == "ok\n") }
    }

    @Test func `readiness is a byte and then the end`() throws {
        let pipe = try Pipe()
        let program = try RunningProgram(
            "lb-echo", ["--port", "0", "--ready-fd", "3"], inheriting: [pipe.writeEnd.reference])
        var queue = ByteQueue(capacity: 16)
        #expect(pipe.readEnd.read(into: &queue) == .moved(1))
        try program.stop()
    }

    @Test func `a taken port is named with its holder`() throws {
        let (program, address) = try start()
        let (code, _, errors) = try RunningProgram.run(
            "lb-echo", ["--port", "\(address.port ?? 0)"])
        #expect(code == 1)
        #expect(
            errors.hasPrefix(
                "lb-echo: can't listen on \(address): the port is taken by pid \(program.pid) ("))
    }

    @Test func `an unknown option is told with the likely one`() throws {
        let (code, _, errors) = try RunningProgram.run("lb-echo", ["--latenci", "1ms"])
        #expect(code == 2)
        #expect(errors.contains("did you mean '--latency'?"))
    }

    @Test func `its name is the instance's where a supervisor gave one`() throws {
        let program = try RunningProgram(
            "lb-echo", [], environment: ["PORT=0", "LBCTL_INSTANCE=backend.7"])
        let answer = try Client.get(try program.address(), "/health")
        #expect(answer.field("x-backend") == "backend.7")
    }

    @Test func `latency and errors come as asked for, but not to health checks`() throws {
        let (program, address) = try start(["--latency", "30ms", "--error-rate", "1"])
        let begun = Clock.now()
        #expect(try Client.get(address, "/").status == 500)
        #expect(Clock.now().since(begun) >= .milliseconds(30))
        #expect(try Client.get(address, "/health").status == 200)
        try program.stop()
    }

    @Test func `in tcp mode bytes come back as they are`() throws {
        let (program, address) = try start(["--mode", "tcp"])
        let client = try Client(address)
        try client.send("any\u{0}thing")
        client.endSending()
        #expect(try client.rest() == Array("any\u{0}thing".utf8))
        try program.stop()
    }
}
