import Basics
import Kernel
import Logs
import Scoreboard

/// One of a child's two output pipes: what comes out of it, cut into lines.
final class ChildPipe {
    /// The most that is read in one turn, so that a child that never stops talking does not keep
    /// the others from being heard.
    static let budget = 128 << 10
    static let capacity = 256 << 10
    /// The least room for one read.
    private static let piece = 16 << 10
    /// What has no line end yet is shown when nothing more of it came for so long …
    static let pause = Nanoseconds.milliseconds(200)
    /// … or when it has waited for so long, though more of it comes all the time.
    static let patience = Nanoseconds.seconds(1)
    /// So much at once is no prompt but the end of a buffer, cut where it was full: the rest of the
    /// line is on its way, though a busy machine may let it wait.
    static let buffer = 4096
    static let bufferPause = Nanoseconds.seconds(2)

    /// One that says something so soon again is talking …
    static let talking = Nanoseconds.milliseconds(2)
    /// … and is then read so often, not each time that it writes: a turn costs more than a line.
    static let pace = Nanoseconds.milliseconds(1)

    let stream: Stream
    private let descriptor: Descriptor
    private var splitter = LineSplitter()
    private(set) var isOpen = true
    /// The batches that a balancer's access lines came in.
    private(set) var batches = ReceivedBatches()
    /// When the beginning of a line is to be shown; nil when none waits.
    private(set) var showsAt: Instant?
    private var waitsSince = Instant(nanoseconds: 0)
    /// When it is to be read next though it is not watched; nil while the poller watches it.
    private(set) var readsAt: Instant?
    /// When something is to be done about it though nothing happens.
    var nextLook: Instant { min(showsAt ?? .never, readsAt ?? .never) }
    private var lastRead = Instant(nanoseconds: 0)

    init(_ descriptor: consuming Descriptor, stream: Stream) {
        self.descriptor = descriptor
        self.stream = stream
    }

    /// How many bytes wait for the rest of their line.
    var pending: Int { splitter.pending }

    var reference: DescriptorReference { descriptor.reference }

    /// Reads what is there, up to the budget, and hands out the lines. `scratch` is memory that all
    /// pipes share. False when the budget was used up and there may be more.
    @discardableResult
    func read(
        into scratch: inout ByteQueue, now: Instant, budget: Int = ChildPipe.budget,
        _ body: (Span<UInt8>, Part) -> Void
    ) -> Bool {
        var left = budget
        defer { noteBeginning(behind: budget - left, now: now) }
        while isOpen && left > 0 {
            scratch.removeAll()
            switch descriptor.read(into: &scratch) {
            case .moved(let count):
                left -= count
                feed(scratch.bytes, now: now, body)
            case .wouldBlock: return true
            case .end, .failed:
                splitter.finish(body)
                isOpen = false
            }
        }
        return !isOpen
    }

    /// Reads what is there into `queue`, up to the budget, and cuts nothing yet; what it has read
    /// must be fed and then taken note of. False when the budget was used up.
    func fetch(into queue: inout ByteQueue, budget: Int) -> Bool {
        let limit = queue.count + budget
        while isOpen && queue.count < limit {
            queue.reserve(Self.piece)
            switch descriptor.read(into: &queue) {
            case .moved:
                // A pipe gives all that it has.
                if queue.room > 0 { return true }
            case .wouldBlock: return true
            case .end, .failed: isOpen = false
            }
        }
        return !isOpen
    }

    /// Hands out the lines that these bytes end.
    func feed(_ bytes: Span<UInt8>, now: Instant, _ body: (Span<UInt8>, Part) -> Void) {
        let waiting = splitter.pending
        splitter.feed(bytes, body)
        let isSameLine = waiting > 0 && splitter.pending == waiting + bytes.count
        if !isSameLine { waitsSince = now }
    }

    /// All `count` bytes that were fetched have been fed.
    func noteFetched(_ count: Int, now: Instant, _ body: (Span<UInt8>, Part) -> Void) {
        if !isOpen { splitter.finish(body) }
        noteBeginning(behind: count, now: now)
    }

    /// Takes note of a line that is there for us alone; false where it is one to be shown.
    func takeMark(_ line: Span<UInt8>) -> Bool { stream == .access && batches.take(line) }

    /// Decides how it is read from now on, after it was. `isEmptied` says that there was no more;
    /// a pipe that has more is full, and its child waits; `holds`, that what was read waits for
    /// what the kernel tells before long. True when the poller is to watch it or
    /// not to: the opposite of what it did.
    func decidePace(isEmptied: Bool, hadSome: Bool, holds: Bool, now: Instant) -> Bool {
        let wasPaced = readsAt != nil
        let isTalking =
            holds || (hadSome && isEmptied && isOpen && now.since(lastRead) < Self.talking)
        if hadSome { lastRead = now }
        readsAt = isTalking ? now + Self.pace : nil
        return isOpen && wasPaced != isTalking
    }

    /// Decides when what has no line end yet is to be shown. A progress line that is written over
    /// and over is shown only where it comes to rest: each of its states would be a line.
    private func noteBeginning(behind count: Int, now: Instant) {
        // Access lines are written whole: the rest of one has only not been read yet.
        if splitter.pending == 0 || stream == .access {
            showsAt = nil
        } else if count == 0 {
            // It was looked at, and had said nothing.
            return
        } else if count >= Self.buffer {
            showsAt = now + Self.bufferPause
        } else if splitter.isOverwriting {
            showsAt = now + Self.pause
        } else {
            showsAt = min(now + Self.pause, waitsSince + Self.patience)
        }
    }

    /// Hands out the beginning of a line whose time has come: a user may wait for a prompt.
    func showBeginning(_ body: (Span<UInt8>, Part) -> Void) {
        showsAt = nil
        splitter.showPartial(body)
    }

    /// Hands out a last line that has no end: the child is dead, and no more of it will come.
    func finish(_ body: (Span<UInt8>, Part) -> Void) {
        splitter.finish(body)
        showsAt = nil
        readsAt = nil
    }
}
