import Basics
import Control
import Kernel
import Logs
import Terminal

/// Standard output as `logs` uses it: records are painted, gathered and written in big pieces.
final class LogPrinter {
    private static let enough = 64 << 10
    /// A reader that takes its 64 KiB later than this is a slow one.
    private static let patience = Nanoseconds.milliseconds(100)

    private var painter: LinePainter
    private var painted = ByteQueue(capacity: 2 * enough)
    /// Whether nobody reads any more, as when `head` has seen its lines.
    private(set) var isGone = false
    private var hasStalled = false

    init(_ format: LinePainter.Format, colour: ColourChoice) {
        painter = LinePainter(format, colour: colour, on: .standardOutput)
    }

    /// Takes a record; false when nobody reads any more.
    func append(_ record: borrowing Record) -> Bool {
        painter.append(record, to: &painted)
        return painted.count < Self.enough || flush()
    }

    /// Writes what has gathered; false when nobody reads any more.
    func flush() -> Bool {
        let begin = Clock.now()
        if !isGone && !DescriptorReference.standardOutput.writeAll(&painted) { isGone = true }
        painted.removeAll()
        if Clock.now().since(begin) > Self.patience { hasStalled = true }
        return !isGone
    }

    /// Whether the reader was slow since this was asked last.
    func takeStall() -> Bool {
        defer { hasStalled = false }
        return hasStalled
    }
}
