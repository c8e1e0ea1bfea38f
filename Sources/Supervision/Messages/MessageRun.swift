import Basics
import Kernel
import Logs

/// A command of `--on-event` that runs, and what it writes.
final class MessageRun {
    let child: Child
    let output: ChildPipe
    /// Which run it is: an event of the poller may be about an earlier one.
    let number: UInt32
    let mark: LineageMark
    /// Whether its leader has been reaped.
    private(set) var hasEnded = false
    /// How many bytes it has written.
    private var written = 0
    /// When more of what it writes is to be read and dropped; `never` while it is kept.
    private(set) var dropsAt = Instant.never

    init(_ child: consuming Child, _ output: ChildPipe, number: UInt32, mark: LineageMark) {
        self.child = child
        self.output = output
        self.number = number
        self.mark = mark
    }

    /// Takes how its leader ended from the kernel; `nil` when it has not, or was asked before.
    func reap() -> Ending? {
        guard !hasEnded, let ending = child.reap() else { return nil }
        hasEnded = true
        return ending
    }

    /// Reads what is there and hands out the lines, as far as they are kept. Returns whether it is
    /// the first time that there is more.
    func read(now: Instant, _ body: (Span<UInt8>, Part) -> Void) -> Bool {
        var bytes = ByteQueue(capacity: Limits.messageOutput)
        _ = output.fetch(into: &bytes, budget: Limits.messageOutput)
        let room = Limits.messageOutput - min(written, Limits.messageOutput)
        let wasCut = written > Limits.messageOutput
        output.feed(bytes.bytes.extracting(first: min(room, bytes.count)), now: now, body)
        written = written.addingClamped(bytes.count)
        if !output.isOpen { output.finish(body) }
        if written <= Limits.messageOutput { return false }
        dropsAt = output.isOpen ? now + Limits.messageDropping : .never
        return !wasCut
    }

    /// Kills it and all that came of it.
    func kill() {
        // While the leader is not reaped its number can't be another group's.
        if !hasEnded {
            let started = Descendants.all(of: child.pid)
            Signals.send(.kill, toGroup: child.pid)
            for pid in started { Signals.send(.kill, to: pid) }
        }
        // Killing one may give us its children, so until there is none.
        for _ in 0..<Limits.killRounds {
            let rest = rest
            if rest.isEmpty { return }
            for pid in rest.flatMap({ [$0] + Descendants.all(of: $0) }) {
                Signals.send(.kill, to: pid)
            }
            Poll.sleep(Limits.killPause)
        }
    }

    /// Those that came of its leader, whose parents have ended: they have become ours.
    var rest: [Int32] {
        Processes.children(of: ThisProcess.pid).filter { pid in
            guard pid != child.pid, let facts = Processes.facts(of: pid), !facts.hasEnded else {
                return false
            }
            // The session tells where the mark was refused.
            return LineageMark.of(pid) == mark || facts.session == child.pid
        }
    }
}
