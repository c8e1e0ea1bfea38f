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
    private static let patience = Nanoseconds.milliseconds(100)

    private var page: Page
    /// Whether nobody reads any more, as when `head` has seen its lines.
    private(set) var isGone = false
    /// Whether the reader was slow since `takeStall` was asked last.
    private(set) var hasStalled = false
    /// Told of each piece that was written.
    private let hasWritten: () -> Void

    init(_ painter: LinePainter, hasWritten: @escaping () -> Void = {}) {
        page = Page(painter)
        self.hasWritten = hasWritten
    }

    /// Makes room for names before their first records come.
    func expect(_ names: [String]) { page.painter.expect(names) }

    /// Takes a record; false when nobody reads any more.
    func append(_ record: borrowing Record) -> Bool {
        page.append(record) < Self.enough || flush()
    }

    /// Writes what has gathered; false when nobody reads any more.
    func flush() -> Bool {
        write(&page.painted)
        page.painted.removeAll()
        return !isGone
    }

    /// Writes whole lines that are no records, behind what was written.
    func write(_ lines: inout ByteQueue) {
        if lines.isEmpty { return }
        let begin = Clock.now()
        if !isGone && !DescriptorReference.standardOutput.writeAll(&lines) { isGone = true }
        if Clock.now().since(begin) > Self.patience { hasStalled = true }
        hasWritten()
    }

    /// What is painted, and by whom: in one piece, as it is touched for each of a million records.
    private struct Page: ~Copyable {
        var painter: LinePainter
        var painted = ByteQueue(capacity: 2 * enough)

        init(_ painter: LinePainter) { self.painter = painter }

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
