import Basics
import Control
import Kernel
import Logs
import Terminal

/// Standard output as `up` and `logs` use it: records are painted, gathered and written in big
/// pieces.
final class LogPrinter {
    private static let enough = 64 << 10
    /// A reader that takes its 64 KiB later than this is a slow one.
    private static let longestWrite = Nanoseconds.milliseconds(100)

    /// What is known of the reader of standard output.
    private enum Reader {
        case there
        /// There is no room for more just now, in the middle of a line.
        case full
        /// There is none any more, as when `head` has seen its lines, or nothing can be written.
        case gone(Errno)
    }

    private var page: Page
    private var reader = Reader.there
    /// What is done where a disk is full: `up`, which runs a service, goes on without the lines.
    private let outlivesShortage: Bool
    private var hasToldOfShortage = false
    /// Whether the reader was slow since `takeStall` was asked last.
    private(set) var hasStalled = false
    private let output: DescriptorReference
    /// Told of each piece that was written.
    private let hasWritten: () -> Void

    init(
        _ painter: consuming LinePainter, to output: DescriptorReference = .standardOutput,
        outlivesShortage: Bool = false,
        hasWritten: @escaping () -> Void = {}
    ) {
        page = Page(painter)
        self.output = output
        self.outlivesShortage = outlivesShortage
        self.hasWritten = hasWritten
    }

    /// Whether standard output has no reader any more.
    var isGone: Bool { if case .gone = reader { true } else { false } }

    /// Why not all could be written, unless it is that the reader had seen enough.
    var failure: Errno? {
        if case .gone(let errno) = reader, errno != .brokenPipe { return errno }
        return nil
    }

    /// Makes room for names before their first records come.
    func expect(_ names: [String]) { page.painter.expect(names) }

    /// Takes a record; false when there is no reader any more.
    func append(_ record: borrowing Record) -> Bool {
        // A window may have become another since.
        if page.painted.isEmpty { page.painter.measure(output) }
        return page.append(record) < Self.enough || flush()
    }

    /// How long the next record may be waited for, before something is to be shown without it;
    /// `nil` for as long as it takes.
    var patience: Nanoseconds? {
        guard let due = page.painter.due else { return nil }
        // What is on its way then is waited for a moment; and the clock may be set back.
        return min(.seconds(1), due.since(Clock.wallTime())) + .milliseconds(20)
    }

    /// Takes what is due by now.
    func settle() { page.settle() }

    /// Takes what was to be shown later: no more records come.
    func finish() { page.finish() }

    /// Writes what has gathered; false when there is no reader any more.
    func flush() -> Bool {
        write(&page.painted)
        page.painted.removeAll()
        return !isGone
    }

    /// Writes whole lines that are no records, behind what was written.
    func write(_ lines: inout ByteQueue) {
        if lines.isEmpty { return }
        let begin = Clock.now()
        if !isGone { put(&lines) }
        if Clock.now().since(begin) > Self.longestWrite { hasStalled = true }
        hasWritten()
    }

    private func put(_ lines: inout ByteQueue) {
        if case .full = reader {
            // What could not be written ended in the middle of a line.
            var lineEnd = ByteQueue(capacity: 1)
            lineEnd.append(Ascii.lineFeed)
            if output.writeAll(&lineEnd) != nil { return }
            reader = .there
        }
        guard let errno = output.writeAll(&lines) else { return }
        reader = errno.isShortage && outlivesShortage ? .full : .gone(errno)
        if case .full = reader, !hasToldOfShortage {
            hasToldOfShortage = true
            Console.note("lbctl: lines can't be shown (\(errno)); the history has them")
        }
    }

    /// The painter and what it has painted: in one piece, as it is touched for each of a million
    /// records.
    private struct Page: ~Copyable {
        var painter: LinePainter
        var painted = ByteQueue(capacity: 2 * enough)

        init(_ painter: consuming LinePainter) { self.painter = painter }

        mutating func settle() { painter.passed(to: Clock.wallTime(), to: &painted) }

        mutating func finish() { painter.finish(to: &painted) }

        /// Returns how much there is.
        mutating func append(_ record: borrowing Record) -> Int {
            painter.append(record, to: &painted)
            return painted.count
        }
    }

    /// Whether the reader was slow since this was asked last.
    func takeStall() -> Bool {
        defer { hasStalled = false }
        return hasStalled
    }
}
