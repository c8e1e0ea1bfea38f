import Basics
import Control
import Kernel
import Logs
import Terminal

/// Standard output as `logs` uses it: records are painted, gathered and written in big pieces.
final class LogPrinter {
    private static let enough = 64 << 10

    private var painter: LinePainter
    private var painted = ByteQueue(capacity: 2 * enough)
    /// Whether nobody reads any more, as when `head` has seen its lines.
    private(set) var isGone = false

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
        if !isGone && !DescriptorReference.standardOutput.writeAll(&painted) { isGone = true }
        painted.removeAll()
        return !isGone
    }
}
