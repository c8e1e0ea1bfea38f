import Basics
import Control
import Logs

/// The frame that carries a record to a follower, spelled without an intermediate copy: the same
/// bytes as `Framing.append(ControlReply.record(…))`, many thousand times a second.
enum RecordFrame {
    /// Replaces what `queue` holds by the frame.
    static func spell(_ record: borrowing Record, into queue: inout ByteQueue) {
        queue.removeAll()
        let count = 1 + 8 + 8 + 4 + record.name.count + 4 + 1 + 1 + 4 + record.text.count
        queue.reserve(4 + count)
        put(UInt64(count), bytes: 4, into: &queue)
        queue.append(6)
        put(record.stamp.sequence, bytes: 8, into: &queue)
        put(record.stamp.time.nanoseconds, bytes: 8, into: &queue)
        put(UInt64(record.name.count), bytes: 4, into: &queue)
        queue.append(record.name)
        put(UInt64(record.generation), bytes: 4, into: &queue)
        queue.append(record.stream.rawValue)
        queue.append(record.part.rawValue)
        put(UInt64(record.text.count), bytes: 4, into: &queue)
        queue.append(record.text)
    }

    private static func put(_ value: UInt64, bytes: UInt64, into queue: inout ByteQueue) {
        for index in 0..<bytes {
            queue.append(UInt8(truncatingIfNeeded: value >> (8 * index)))
        }
    }
}
