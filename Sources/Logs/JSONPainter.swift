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
        queue.append(record.stream.word)
        queue.append("\",\"text\":")
        let isLossless = JSONText.append(record.text, to: &queue)
        if record.part.isPartial { queue.append(",\"partial\":true") }
        if record.part.isContinued { queue.append(",\"continued\":true") }
        if !isLossless {
            queue.append(",\"raw_base64\":\"")
            Base64.append(record.text, to: &queue)
            queue.append(Ascii.quote)
        }
        queue.append("}\n")
    }
}

/// A JSON string, RFC 8259 §7.
public enum JSONText {
    /// Appends `text` with its quotes; false when some of it was no UTF-8 and had to be replaced.
    @discardableResult
    public static func append(_ text: Span<UInt8>, to queue: inout ByteQueue) -> Bool {
        queue.append(Ascii.quote)
        var index = 0
        var plain = 0
        var isLossless = true
        while index < text.count {
            let byte = text[index]
            if byte >= Ascii.space && byte < Ascii.delete && byte != Ascii.quote && byte != 0x5C {
                index += 1
                continue
            }
            let length = byte < 0x80 ? 0 : Utf8.length(text, at: index)
            // C1 controls are legal JSON, but JSON is read on terminals too.
            let isC1 = length == 2 && byte == 0xC2 && text[index + 1] < 0xA0
            if length > 0 && !isC1 {
                index += length
                continue
            }
            queue.append(text.extracting(plain..<index))
            if byte < 0x80 {
                append(escaped: byte, to: &queue)
                index += 1
            } else if isC1 {
                append(escaped: text[index + 1], to: &queue)
                index += 2
            } else {
                queue.append("\u{FFFD}")
                isLossless = false
                index += 1
            }
            plain = index
        }
        queue.append(text.extracting(plain..<text.count))
        queue.append(Ascii.quote)
        return isLossless
    }

    private static func append(escaped byte: UInt8, to queue: inout ByteQueue) {
        switch byte {
        case Ascii.quote: queue.append("\\\"")
        case 0x5C: queue.append("\\\\")
        case Ascii.tab: queue.append("\\t")
        case Ascii.lineFeed: queue.append("\\n")
        case Ascii.carriageReturn: queue.append("\\r")
        default:
            queue.append("\\u00")
            queue.append(SafeText.hexDigit(byte >> 4))
            queue.append(SafeText.hexDigit(byte & 0x0F))
        }
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
