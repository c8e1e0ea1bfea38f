import Basics
import Kernel
import Logs
import TestSupport
import Testing

@testable import Supervision

/// A command that runs: what is kept of its output, and what is left of it.
@Suite struct MessageRunTests {
    private let now = Instant(nanoseconds: 1_000_000_000_000)

    private func run(_ script: String, number: Int) throws -> MessageRun {
        let pipe = try Pipe()
        try pipe.readEnd.setNonBlocking()
        let mark = LineageMark(owner: ThisProcess.pid, number: 0xFF_0100 + number)
        let writeEnd = SharedDescriptor(pipe.writeEnd)
        let child = try Child(
            SpawnPlan(
                path: "/bin/sh", arguments: ["/bin/sh", "-c", ByteString(script)],
                environment: ["PATH=/usr/bin:/bin"],
                descriptors: [nil, writeEnd.descriptor.reference, nil], mark: mark))
        withExtendedLifetime(writeEnd) {}
        return MessageRun(child, ChildPipe(pipe.readEnd, stream: .out), number: 1, mark: mark)
    }

    /// Reads until there is no more, or `isEnough`; the lines, and how often it was too much.
    private func readAll(
        _ run: MessageRun, until isEnough: () -> Bool = { false }
    ) -> (lines: [String], cuts: Int) {
        var lines: [String] = []
        var cuts = 0
        _ = eventually {
            if run.read(now: now, { line, _ in lines.append(Utf8.string(line)) }) { cuts += 1 }
            return !run.output.isOpen || isEnough()
        }
        return (lines, cuts)
    }

    @Test func `the lines are kept, the last one too, and its end is taken once`() throws {
        let run = try run("echo a; echo b; printf c; exit 3", number: 1)
        let (lines, cuts) = readAll(run)
        #expect(lines == ["a", "b", "c"] && cuts == 0 && run.dropsAt == .never)
        #expect(Poll.wait(for: .readable, on: run.child.pidDescriptor.reference, timeout: patience))
        #expect(!run.hasEnded && run.reap()?.cause == .exited(code: 3) && run.hasEnded)
        #expect(run.reap() == nil && run.rest == [])
    }

    @Test func `what is too much is read all the same, by the clock, and told once`() throws {
        let run = try run(
            "i=0; while [ $i -lt 20000 ]; do echo 123456789; i=$((i+1)); done", number: 2)
        var sawPace = false
        let (lines, cuts) = readAll(run) {
            sawPace = sawPace || run.dropsAt == now + .milliseconds(10)
            return false
        }
        #expect(lines.map { $0.utf8.count + 1 }.reduce(0, +) >= 64 << 10)
        #expect(lines.map { $0.utf8.count }.reduce(0, +) <= 64 << 10)
        #expect(cuts == 1 && sawPace && run.dropsAt == .never)
        #expect(Poll.wait(for: .readable, on: run.child.pidDescriptor.reference, timeout: patience))
        #expect(run.reap()?.cause == .exited(code: 0))
    }

    @Test func `it is killed with all of its group and of what it has started`() throws {
        let run = try run("sleep 4716 & echo $!; setsid sleep 4717 & echo $!; wait", number: 3)
        var pids: [Int32] = []
        _ = eventually {
            _ = run.read(now: now) { line, _ in pids += [Int32(Utf8.string(line)) ?? 0] }
            return pids.count == 2
        }
        #expect(pids.count == 2)
        run.kill()
        #expect(Poll.wait(for: .readable, on: run.child.pidDescriptor.reference, timeout: patience))
        #expect(run.reap()?.cause == .killed(by: .kill, dumpedCore: false))
        #expect(
            eventually {
                pids.allSatisfy { Processes.facts(of: $0).map(\.hasEnded) ?? true }
            })
    }
}
