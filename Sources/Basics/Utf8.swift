/// Which octets make a character. Unicode 16, table 3-7: well-formed UTF-8 byte sequences.
public enum Utf8 {
    /// How many octets at `index`, where one of 0x80 or more stands, are one well-formed character;
    /// zero when none is.
    public static func length(_ text: Span<UInt8>, at index: Int) -> Int {
        let lead = text[index]
        let width: Int
        var low: UInt8 = 0x80
        var high: UInt8 = 0xBF
        switch lead {
        case 0xC2...0xDF: width = 2
        case 0xE0...0xEF:
            width = 3
            // No overlong forms and no surrogates.
            if lead == 0xE0 { low = 0xA0 }
            if lead == 0xED { high = 0x9F }
        case 0xF0...0xF4:
            width = 4
            if lead == 0xF0 { low = 0x90 }
            if lead == 0xF4 { high = 0x8F }
        default: return 0
        }
        guard index + width <= text.count else { return 0 }
        guard text[index + 1] >= low, text[index + 1] <= high else { return 0 }
        for place in 2..<max(2, width) where text[index + place] & 0xC0 != 0x80 { return 0 }
        return width
    }

    /// Whether all of a text is well formed.
    public static func isValid(_ text: Span<UInt8>) -> Bool {
        var index = 0
        while index < text.count {
            if text[index] < 0x80 {
                index += 1
            } else {
                let length = length(text, at: index)
                if length == 0 { return false }
                index += length
            }
        }
        return true
    }

    /// The text as a String; what is not well formed becomes U+FFFD.
    public static func string(_ text: Span<UInt8>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        for index in text.indices { bytes.append(text[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
