import Basics

/// What turns records into JSON lines, one object a record.
///
/// Text that is no UTF-8 shows U+FFFD for what is broken and has its bytes in `raw_base64` too.
public struct JSONPainter: Sendable {
    private var timestamps = TimestampWriter()

    public init() {}

    /// Appends the object of a record and a line feed.
    public mutating func append(_ record: borrowing Record, to queue: inout ByteQueue) {
        queue.append("{\"seq\":")
        queue.append(decimal: record.stamp.sequence)
        queue.append(",\"time\":\"")
        timestamps.append(record.stamp.time, to: &queue)
        queue.append("\",\"name\":")
        JSONText.append(record.name, to: &queue)
        if record.generation != 0 {
            queue.append(",\"generation\":")
            queue.append(decimal: UInt64(record.generation))
        }
        queue.append(",\"stream\":\"")
        queue.append(record.stream.shownWord)
        queue.append("\",\"text\":")
        if let event = record.event {
            JSONText.append(event.sentence.utf8.span, to: &queue)
            queue.append(",\"event\":{")
            EventJSON.append(event, to: &queue)
            queue.append("}}\n")
            return
        }
        let isLossless = JSONText.append(record.shown, to: &queue)
        if record.part.isPartial { queue.append(",\"partial\":true") }
        if record.part.isContinued { queue.append(",\"continued\":true") }
        if !isLossless {
            queue.append(",\"raw_base64\":\"")
            Base64.append(record.shown, to: &queue)
            queue.append(Ascii.quote)
        }
        queue.append("}\n")
    }
}

/// Bytes as letters, RFC 4648 §4.
enum Base64 {
    static func append(_ bytes: Span<UInt8>, to queue: inout ByteQueue) {
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count - index)
            var group: UInt32 = 0
            for place in 0..<3 {
                group = group << 8 | (place < count ? UInt32(bytes[index + place]) : 0)
            }
            for place in 0..<4 {
                let value = UInt8(truncatingIfNeeded: group >> UInt32(18 - 6 * place)) & 63
                queue.append(place <= count ? letter(value) : 0x3D)
            }
            index += count
        }
    }

    private static func letter(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: 0x41 + value
        case 26..<52: 0x61 + value - 26
        case 52..<62: 0x30 + value - 52
        case 62: 0x2B
        default: 0x2F
        }
    }
}
