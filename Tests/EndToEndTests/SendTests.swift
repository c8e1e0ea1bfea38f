import Basics
import Kernel
import TestSupport
import Testing

/// `lbctl send`: standard input there, what comes back to standard output.
@Suite struct SendTests {
    private func echo(_ words: [String] = []) throws -> RunningProgram {
        try RunningProgram("lb-echo", ["--mode", "tcp", "--port", "0"] + words)
    }

    /// Runs a shell's line in which `SEND` stands for `lbctl send`.
    private func run(_ line: String) throws -> (code: Int32, output: String, errors: String) {
        let send = "'\(Programs.path("lbctl"))' send"
        return try RunningProgram.run(
            "/bin/sh", ["-c", line.split(separator: "SEND").joined(separator: send)])
    }

    @Test func `what is said comes back, with bytes and time on standard error`() throws {
        let echo = try echo()
        let address = try echo.address()
        let told = try run("echo hello | SEND \(address)")
        #expect(told.code == 0)
        #expect(told.output == "hello\n")
        #expect(told.errors.hasPrefix("\(address): 6 bytes sent, 6 received in "), "\(told.errors)")
        #expect(told.errors.hasSuffix("s\n"))
        let quiet = try run("echo hello | SEND -q localhost:\(address.port ?? 0)")
        #expect(quiet.output == "hello\n" && quiet.errors == "")
    }

    @Test func `the same can be said several times, and a port is enough`() throws {
        let echo = try echo(["--banner", "--name", "a"])
        let port = try echo.address().port ?? 0
        let told = try run("echo hello | SEND --repeat 3 \(port)")
        #expect(told.code == 0)
        let once = "Hello from a (port \(port))\nhello\n"
        #expect(told.output == once + once + once)
        #expect(told.errors.split(separator: "\n").count == 3)
    }

    @Test func `a big file comes back as it was`() throws {
        let echo = try echo()
        let told = try run(
            "head -c 30000000 /dev/zero | SEND -q \(try echo.address()) | cmp - /dev/zero 2>&1; "
                + "head -c 30000000 /dev/zero | SEND -q \(try echo.address()) | wc -c")
        #expect(told.output.contains("EOF on -"), "\(told.output)")
        #expect(told.output.contains("30000000"), "\(told.output)")
    }

    @Test func `where no process is, or one resets, it says so`() throws {
        let closed = try Balanced.closedPort()
        let refused = try run("echo hello | SEND \(closed)")
        #expect(refused.code == 1)
        #expect(
            refused.errors
                == "lbctl: \(closed): can't be connected to (\(closed): Connection refused)\n")
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            _ = try connection.bytes(6)
            connection.reset()
        }
        let reset = try run("echo hello | SEND \(backend.address)")
        #expect(reset.code == 1)
        #expect(
            reset.errors.contains("the connection was reset, after 6 bytes sent and 0 received"))
        #expect(try run("true; SEND nowhere </dev/null").code == 2)
        #expect(try run("true; SEND </dev/null").code == 2)
    }

    @Test func `it waits no longer than it is told to`() throws {
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            try connection.awaitEnd()
            Poll.sleep(.seconds(20))
        }
        let told = try run("echo hello | SEND --timeout 200ms \(backend.address)")
        #expect(told.code == 1)
        #expect(told.errors.contains("nothing has come for 200 ms"), "\(told.errors)")
    }
}
