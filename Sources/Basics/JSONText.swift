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

    /// How many of the first octets of `text` take up no more than `room` where they are written,
    /// without the quotes; no character is cut.
    public static func fitting(_ text: Span<UInt8>, in room: Int) -> Int {
        var index = 0
        var taken = 0
        while index < text.count {
            let byte = text[index]
            var length = 1
            let width: Int
            if byte >= 0x80 {
                length = Utf8.length(text, at: index)
                let isC1 = length == 2 && byte == 0xC2 && text[index + 1] < 0xA0
                width = isC1 ? 6 : max(3, length)
                length = max(1, length)
            } else {
                switch byte {
                case Ascii.quote, 0x5C, Ascii.tab, Ascii.lineFeed, Ascii.carriageReturn: width = 2
                case 0..<Ascii.space, Ascii.delete: width = 6
                default: width = 1
                }
            }
            if taken + width > room { return index }
            taken += width
            index += length
        }
        return index
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
            queue.append(Ascii.hexDigit(byte >> 4))
            queue.append(Ascii.hexDigit(byte & 0x0F))
        }
    }

    /// A text as a JSON literal, quotes included, as a String.
    public static func literal(_ text: String) -> String {
        var queue = ByteQueue(capacity: text.utf8.count + 16)
        append(text.utf8.span, to: &queue)
        return Utf8.string(queue.bytes)
    }
}
