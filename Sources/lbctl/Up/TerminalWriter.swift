import Basics
import Kernel
import Synchronization

/// What writes to the terminal on a thread of its own, so that one that does not read (Ctrl-S, a
/// slow connection) holds up nothing else.
///
/// The terminal is shared with the shell that gave it to us: it is never set not to wait.
final class TerminalWriter: Sendable {
    /// The most that waits, in bytes.
    static let limit = 1 << 20

    private struct Waiting: ~Copyable {
        var queue = ByteQueue(capacity: 4096)
        var missed: UInt64 = 0
        var isWriting = false
        var isBroken = false
    }

    private let waiting = Mutex(Waiting())
    private let work: Waker
    private let output: DescriptorReference
    /// What shows the lines that were left out, as `'lbctl logs'`.
    private let remedy: String

    /// Starts the thread.
    init(_ output: DescriptorReference, remedy: String) throws(SystemError) {
        self.output = output
        self.remedy = remedy
        work = try Waker()
        if !Thread.start(named: "terminal", { self.run() }) {
            throw SystemError(call: "the terminal's thread", errno: .tryAgain)
        }
    }

    /// Whether the terminal is gone.
    var isBroken: Bool { waiting.withLock { $0.isBroken } }

    /// Takes a line with its line feed, or drops and counts it where too much waits. `line` is left
    /// empty.
    func write(_ line: inout ByteQueue) {
        waiting.withLock { waiting in
            if waiting.queue.count + line.count > Self.limit {
                waiting.missed += 1
                return
            }
            if waiting.missed > 0 { tellMissed(&waiting) }
            waiting.queue.append(line.bytes)
        }
        line.removeAll()
        work.wake()
    }

    func write(_ line: String) {
        var queue = ByteQueue(capacity: max(1, line.utf8.count))
        queue.append(text: line)
        write(&queue)
    }

    private func tellMissed(_ waiting: inout Waiting) {
        waiting.queue.append(
            text: "lbctl: \(waiting.missed) lines were left out here; \(remedy) has them\n")
        waiting.missed = 0
    }

    /// Waits until everything is written, but no longer than `limit`.
    func drain(within limit: Nanoseconds) {
        let deadline = Clock.now() + limit
        while Clock.now() < deadline {
            let isDone = waiting.withLock { waiting in
                waiting.isBroken || (waiting.queue.isEmpty && !waiting.isWriting)
            }
            if isDone { return }
            Poll.sleep(.milliseconds(1))
        }
    }

    private func run() {
        var chunk = ByteQueue(capacity: 65536)
        while true {
            _ = Poll.wait(for: .readable, on: work.reference, timeout: nil)
            work.clear()
            while take(&chunk) {
                if output.writeAll(&chunk) == nil { continue }
                waiting.withLock { $0.isBroken = true }
                return
            }
        }
    }

    /// Moves up to 64 KiB of what waits into `chunk`; false when nothing does.
    private func take(_ chunk: inout ByteQueue) -> Bool {
        chunk.removeAll()
        return waiting.withLock { waiting in
            if waiting.queue.isEmpty && waiting.missed > 0 { tellMissed(&waiting) }
            let count = min(waiting.queue.count, 65536)
            waiting.isWriting = count > 0
            if count == 0 { return false }
            chunk.append(waiting.queue.bytes.extracting(0..<count))
            waiting.queue.consume(count)
            return true
        }
    }
}
