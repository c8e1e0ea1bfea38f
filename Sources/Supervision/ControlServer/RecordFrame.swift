import Basics
import Control
import Logs

/// The frame that carries a record to a follower, spelled and read without an intermediate copy:
/// its bytes are those of `Framing.append(ControlReply.record(…))`, many thousand times a second.
public enum RecordFrame {
    private static let kind = ControlReply.Tag.record.rawValue
    /// What stands before the name: length, kind, number, time, the name's length.
    private static let head = 4 + 1 + 8 + 8 + 4
    /// What stands between name and text: generation, stream, part, the text's length.
    private static let middle = 4 + 1 + 1 + 4

    /// How many bytes the frame of a record has.
    public static func length(of record: borrowing Record) -> Int {
        head + record.name.count + middle + record.text.count
    }

    /// Appends the frame of a record.
    static func append(_ record: borrowing Record, to queue: inout ByteQueue) {
        let count = length(of: record)
        queue.reserve(count)
        queue.append(littleEndian: UInt32(count - 4))
        queue.append(kind)
        queue.append(littleEndian: record.stamp.sequence)
        queue.append(littleEndian: record.stamp.time.nanoseconds)
        queue.append(littleEndian: UInt32(record.name.count))
        queue.append(record.name)
        queue.append(littleEndian: record.generation)
        queue.append(record.stream.rawValue)
        queue.append(record.part.rawValue)
        queue.append(littleEndian: UInt32(record.text.count))
        queue.append(record.text)
    }

    /// The record whose frame `bytes` begin with; nothing where they begin with something else, or
    /// where it has not all come yet.
    @_lifetime(copy bytes)
    public static func first(in bytes: Span<UInt8>) -> Record? {
        guard bytes.count >= head, bytes[4] == kind else { return nil }
        let end = 4 + Int(bytes.littleEndian(UInt32.self, at: 0))
        let nameEnd = head + Int(bytes.littleEndian(UInt32.self, at: head - 4))
        let textStart = nameEnd + middle
        guard end <= bytes.count, textStart <= end,
            textStart + Int(bytes.littleEndian(UInt32.self, at: textStart - 4)) == end,
            let stream = Stream(rawValue: bytes[nameEnd + 4]),
            let part = Part(rawValue: bytes[nameEnd + 5])
        else { return nil }
        let stamp = Stamp(
            sequence: bytes.littleEndian(at: 5),
            time: WallTime(nanoseconds: bytes.littleEndian(at: 13)))
        return Record(
            stamp: stamp, name: bytes.extracting(head..<nameEnd),
            generation: bytes.littleEndian(at: nameEnd), stream: stream, part: part,
            text: bytes.extracting(textStart..<end))
    }
}
