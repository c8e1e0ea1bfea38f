import Basics
import Kernel
import Synchronization

/// What is to be shown between the lines of the log: kept until the thread that writes to the
/// terminal has come to the end of what there is. To add a note never waits for the terminal.
final class Notes: Sendable {
    private struct Waiting: ~Copyable {
        var queue = ByteQueue()
        var since = Instant.never
        var isClosed = false
    }

    /// A log that never comes to its end is interrupted for a note after so long.
    private static let patience = Nanoseconds.milliseconds(200)

    private let waiting = Mutex(Waiting())
    private let hurries = Atomic(false)
    private let bell: Waker

    init() throws(SystemError) { bell = try Waker() }

    /// Readable where there is something new.
    var reference: DescriptorReference { bell.reference }

    func add(_ line: String) {
        waiting.withLock { waiting in
            if waiting.queue.isEmpty { waiting.since = Clock.now() }
            waiting.queue.append(text: line + "\n")
        }
        bell.wake()
    }

    /// Nothing will be added any more.
    func close() {
        waiting.withLock { $0.isClosed = true }
        bell.wake()
    }

    /// The thread that shows the log is to come to its end, whatever is left out.
    func hurry() { hurries.store(true, ordering: .relaxed) }

    var isHurried: Bool { hurries.load(ordering: .relaxed) }

    var isClosed: Bool { waiting.withLock { $0.isClosed } }

    /// Whether one has waited for too long.
    var isOverdue: Bool {
        let since = waiting.withLock { $0.since }
        return since != .never && Clock.now().since(since) > Self.patience
    }

    /// Writes what waits behind what `printer` has.
    func show(on printer: LogPrinter) {
        bell.clear()
        var queue = waiting.withLock { waiting in
            waiting.since = .never
            return waiting.queue.take()
        }
        if !queue.isEmpty && printer.flush() { printer.write(&queue) }
    }

    /// Goes on with that until nothing will be added any more.
    func showRest(on printer: LogPrinter) {
        while true {
            let isLast = isClosed
            show(on: printer)
            if isLast { return }
            _ = Poll.wait(for: .readable, on: reference, timeout: nil)
        }
    }
}
