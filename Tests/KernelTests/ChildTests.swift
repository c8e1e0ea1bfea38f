import Basics
import TestSupport
import Testing

@testable import Kernel

/// What a child is given and what becomes of it. These tests are not async: a child lives no
/// longer than the thread that started it.
@Suite struct ChildTests {
    @Test func `an exit code is told`() throws {
        let child = try Child(shell("exit 7"))
        #expect(end(of: child)?.cause == .exited(code: 7))
    }

    @Test(arguments: [Signal.kill, .terminate, .hangUp])
    func `the signal that killed it is told`(signal: Signal) throws {
        let child = try Child(shell("sleep 100"))
        #expect(child.reap() == nil)
        #expect(child.send(signal) == true)
        let told = end(of: child)
        let ending = try #require(told)
        #expect(ending.cause == .killed(by: signal, dumpedCore: false))
        #expect(ending.pid == child.pid && ending.peakKibibytes > 0)
    }

    @Test func `a signal to one that was reaped hits no process`() throws {
        let child = try Child(shell("exit 0"))
        _ = end(of: child)
        #expect(child.send(.kill) == false)
    }

    @Test func `its pid descriptor is readable from its death on, and not before`() throws {
        let child = try Child(shell("sleep 100"))
        let reference = child.pidDescriptor.reference
        #expect(!Poll.wait(for: .readable, on: reference, timeout: .milliseconds(20)))
        child.send(.kill)
        #expect(Poll.wait(for: .readable, on: reference, timeout: .seconds(30)))
        #expect(end(of: child) != nil)
    }

    private func failure(_ plan: SpawnPlan) -> SystemError? {
        do throws(SystemError) {
            let child = try Child(plan)
            _ = end(of: child)
            return nil
        } catch { return error }
    }

    @Test func `what can't be executed says why, and leaves no child`() throws {
        let folder = try TemporaryFolder()
        func noProgram(_ errno: Errno) -> SystemError {
            SystemError(call: "execve", errno: errno, isOfProgram: true)
        }
        var plan = shell("")
        plan.path = "\(folder.path)/missing"
        #expect(failure(plan) == noProgram(.noSuchFile))
        plan.path = ByteString(try folder.file("plain", "x"))
        #expect(failure(plan) == noProgram(.accessDenied))
        let garbage = try folder.file("garbage", "\u{1}\u{2}", permissions: 0o700)
        plan.path = ByteString(garbage)
        #expect(failure(plan) == noProgram(.notExecutable))
        plan = shell("")
        plan.directory = "\(folder.path)/missing"
        #expect(failure(plan) == SystemError(call: "chdir", errno: .noSuchFile))
        plan.directory = ByteString(try folder.file("file", ""))
        #expect(failure(plan) == SystemError(call: "chdir", errno: .notADirectory))
    }

    @Test func `it has the descriptors that were meant and no other`() throws {
        // Some that must not go over.
        let stray = try Pipe()
        let meant = try Pipe()
        var plan = shell("")
        plan.path = "/bin/ls"
        plan.arguments = ["ls", "/proc/self/fd"]
        plan.descriptors = [nil, nil, nil, meant.writeEnd.reference, meant.writeEnd.reference]
        // 5 is the folder that ls reads.
        #expect(try output(of: plan) == "0\n1\n2\n3\n4\n5\n")
        _ = consume stray
    }

    @Test func `descriptors go to their places, whatever their numbers are here`() throws {
        let folder = try TemporaryFolder()
        // Opened in one order, handed over in the other: each is in another's way.
        let third = try Files.open("\(folder.path)/third", for: .append)
        let fourth = try Files.open("\(folder.path)/fourth", for: .append)
        var plan = shell("echo three >&3; echo four >&4; echo five >&5; cat")
        plan.descriptors = [
            nil, nil, nil, third.reference, fourth.reference, third.reference,
        ]
        #expect(try output(of: plan) == "")
        #expect(try Files.text("\(folder.path)/third") == "three\nfive\n")
        #expect(try Files.text("\(folder.path)/fourth") == "four\n")
    }

    @Test func `its environment and folder are those it was given`() throws {
        var plan = shell("/usr/bin/env; pwd")
        plan.environment = ["ONE=1", "EMPTY="]
        plan.directory = "/"
        let lines = Set(try output(of: plan).split(separator: "\n").map(String.init))
        #expect(lines.contains("ONE=1") && lines.contains("EMPTY=") && lines.contains("/"))
        #expect(!lines.contains { $0.hasPrefix("HOME=") })
    }

    @Test func `it blocks and ignores no signal, whatever this process does`() throws {
        Signals.letWritesFail()
        var plan = shell("")
        plan.path = "/bin/cat"
        plan.arguments = ["cat", "/proc/self/status"]
        let lines = try output(of: plan).split(separator: "\n").map(String.init)
        for field in ["SigBlk", "SigIgn", "SigCgt"] {
            let line = lines.first { $0.hasPrefix(field) } ?? ""
            let bits = UInt64(line.suffix(16), radix: 16)
            // 32 and 33 are the C library's own; it lets no program touch them, so they are
            // inherited.
            #expect(bits.map { $0 & ~0x1_8000_0000 } == 0)
        }
    }

    @Test func `it leads a session of its own only if it should`() throws {
        for isOwn in [true, false] {
            var plan = shell("sleep 100")
            plan.ownSession = isOwn
            let child = try Child(plan)
            let facts = try #require(Processes.facts(of: child.pid))
            #expect((facts.session == child.pid) == isOwn && (facts.group == child.pid) == isOwn)
            #expect(facts.parent == ThisProcess.pid)
            child.send(.kill)
            _ = end(of: child)
        }
    }

    @Test func `LISTEN_PID holds its own pid`() throws {
        var plan = shell("echo $$ $LISTEN_PID")
        plan.tellsListenPid = true
        let words = try output(of: plan).split(whereSeparator: \.isWhitespace)
        #expect(words.count == 2 && words.first == words.last)
        #expect(try output(of: shell("echo $LISTEN_PID")) == "\n")
    }

    @Test func `its limit of descriptors is the one it was given`() throws {
        var plan = shell("ulimit -n")
        plan.descriptorLimit = 77
        #expect(try output(of: plan) == "77\n")
    }

    @Test func `it is killed when the thread that started it ends`() throws {
        let pipe = try Pipe()
        let reference = pipe.writeEnd.reference
        Thread.start(named: "short") {
            // Written before the thread's end, and the write end here outlives it.
            if let child = try? Child(shell("sleep 100")) {
                reference.writeAll("\(child.pid)\n")
            }
        }
        var queue = ByteQueue(capacity: 64)
        _ = pipe.readEnd.read(into: &queue)
        let pid = try #require(Int32(text(queue).dropLast()))
        var ending: Ending?
        _ = eventually {
            ending = Children.reap(pid: pid)
            return ending != nil
        }
        #expect(ending?.cause == .killed(by: .kill, dumpedCore: false))
    }

    @Test func `a stop and its end are told apart`() throws {
        let child = try Child(shell("sleep 100"))
        child.send(.stop)
        #expect(waitFor(.stopped(pid: child.pid)))
        #expect(Processes.facts(of: child.pid)?.state == "T")
        child.send(.proceed)
        #expect(waitFor(.resumed(pid: child.pid)))
        child.send(.kill)
        _ = end(of: child)
    }

    private func waitFor(_ wanted: Children.Change) -> Bool {
        eventually { Children.nextChange() == wanted }
    }
}
