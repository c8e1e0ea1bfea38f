import Basics
import Testing

@testable import Kernel

@Suite("The sender of a notice")
struct NoticeSocketTests {
    @Test
    func `tells the text, the process and its user`() throws {
        let path = "/tmp/lbctl-notice-\(ThisProcess.pid)"
        try? Files.remove(path)
        defer { try? Files.remove(path) }
        let socket = try NoticeSocket(path: path)
        #expect(socket.next() == nil)
        let shell = Files.isExecutable("/usr/bin/python3")
        if !shell { return }
        let script = """
            import socket
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.sendto(b'READY=1\\nSTATUS=fine', '\(path)')
            """
        let child = try Child(
            SpawnPlan(
                path: "/usr/bin/python3", arguments: ["python3", "-c", script], environment: [],
                descriptors: []))
        #expect(Poll.wait(for: .readable, on: socket.reference, timeout: .seconds(20)))
        let notice = socket.next()
        #expect(notice?.text == "READY=1\nSTATUS=fine")
        #expect(notice?.pid == child.pid)
        #expect(notice?.user == ThisProcess.user)
        _ = Poll.wait(
            for: .readable, on: child.pidDescriptor.reference, timeout: .seconds(20))
        _ = child.reap()
    }
}

@Suite("The processes that listen")
struct ListenerTests {
    @Test(arguments: [true, false])
    func `is found at the address where it does, and not at the other`(isSixth: Bool) throws {
        let own = isSixth ? Address.loopback6(port: 0) : .loopback(port: 0)
        guard let socket = try? Socket.listen(on: own) else { return }
        let port = try #require(try Socket.localAddress(of: socket).port)
        let other = isSixth ? Address.loopback(port: port) : .loopback6(port: port)
        // Another test may be starting a program at this moment, which has all of ours until then;
        // and on the other loopback the port may be another process's.
        #expect(Processes.listeners(on: own.with(port: port)).first == ThisProcess.pid)
        #expect(!Processes.listeners(on: other).contains(ThisProcess.pid))
    }

    @Test
    func `is matched as the kernel writes addresses`() throws {
        let plain = Address.loopback(port: 80)
        #expect(TCPTable.answers("0100007F", at: plain))
        #expect(TCPTable.answers("00000000", at: plain))
        #expect(!TCPTable.answers("0200007F", at: plain))
        let sixth = Address.loopback6(port: 80)
        #expect(TCPTable.answers("00000000000000000000000001000000", at: sixth))
        #expect(!TCPTable.answers("0100007F", at: sixth))
        #expect(TCPTable.answers("00000000000000000000000000000000", at: sixth))
    }
}
