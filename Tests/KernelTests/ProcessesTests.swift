import Basics
import TestSupport
import Testing

@testable import Kernel

@Suite struct ProcessesTests {
    @Test func `the process that listens on a port is found, on either family`() throws {
        let four = try Socket.listen(on: .loopback(port: 0))
        let port = try #require(try Socket.localAddress(of: four).port)
        #expect(Processes.listener(onPort: port) == ThisProcess.pid)
        if let six = try? Socket.listen(on: .loopback6(port: 0)) {
            let port = try #require(try Socket.localAddress(of: six).port)
            #expect(Processes.listener(onPort: port) == ThisProcess.pid)
        }
    }

    @Test func `none is found where none listens`() throws {
        var port: UInt16 = 0
        do {
            let socket = try Socket.listen(on: .loopback(port: 0))
            port = try #require(try Socket.localAddress(of: socket).port)
        }
        #expect(eventually { Processes.listener(onPort: port) == nil })
    }

    @Test func `a child is among its parent's children, with what it was started with`() throws {
        var plan = shell("sleep 100; true")
        plan.environment.append("LBCTL_TEST=a=b")
        let child = try Child(plan)
        #expect(Processes.children(of: ThisProcess.pid).contains(child.pid))
        #expect(Processes.all().contains(child.pid))
        #expect(Processes.commandLine(of: child.pid) == "sh -c sleep 100; true")
        #expect(Processes.variable("LBCTL_TEST", of: child.pid) == "a=b")
        #expect(Processes.variable("LBCTL_TES", of: child.pid) == nil)
        child.send(.kill)
        _ = end(of: child)
        #expect(Processes.facts(of: child.pid) == nil)
    }

    @Test func `a name with blanks and brackets does not confuse the facts`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.file(
            "a) S 1 (b", "#!/bin/sh\nsleep 100\n", permissions: 0o700)
        var plan = shell("")
        plan.path = ByteString(script)
        let child = try Child(plan)
        #expect(Processes.facts(of: child.pid)?.parent == ThisProcess.pid)
        Signals.send(.kill, toGroup: child.pid)
        _ = end(of: child)
    }

    @Test func `a process is known to be dying once the kernel has closed its connections`() throws
    {
        let listener = try Socket.listen(on: .loopback(port: 0))
        let socket = try Socket.connect(to: try Socket.localAddress(of: listener))
        var plan = shell("sleep 100; true")
        plan.descriptors = [nil, nil, nil, socket.reference]
        let child = try Child(plan)
        // Now the child alone has it.
        _ = consume socket
        #expect(Poll.wait(for: .readable, on: listener.reference, timeout: .seconds(30)))
        guard case .connection(let server, _) = Socket.accept(from: listener.reference) else {
            Issue.record("no connection came")
            return
        }
        #expect(!Processes.isDying(child.pid))
        #expect(!Processes.isKilled(child.pid))
        Signals.send(.kill, toGroup: child.pid)
        // At once, before it has run again.
        #expect(Processes.isKilled(child.pid))
        #expect(Poll.wait(for: .readable, on: server.reference, timeout: .seconds(30)))
        #expect(Processes.isDying(child.pid))
        _ = end(of: child)
        #expect(Processes.isDying(child.pid))
        #expect(!Processes.isDying(ThisProcess.pid))
    }

    @Test func `we have memory and have used time`() throws {
        let facts = try #require(Processes.facts(of: ThisProcess.pid))
        #expect(facts.parent == ThisProcess.parentPid && facts.residentBytes > 1 << 20)
    }
}
