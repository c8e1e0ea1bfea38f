import Basics
import Control
import Kernel
import Logs

/// Stands in for the painter of the Logs room until it is there: plain text, no colour.
struct LinePainter: ~Copyable {
    private var timestamps = TimestampWriter()
    private var queue = ByteQueue(capacity: 4096)
    private var width = 9

    init(_ format: UpFlags.Format, color: UpFlags.Color, on output: DescriptorReference) {}

    mutating func paint(_ record: RecordWord) -> String {
        queue.removeAll()
        timestamps.append(record.time, to: &queue)
        width = max(width, record.name.count)
        queue.append(text: " " + record.name)
        queue.append(text: String(repeating: " ", count: width - record.name.count) + " | ")
        queue.append(record.text.span)
        queue.append(Ascii.lineFeed)
        return Stamps.text(queue.bytes)
    }
}
