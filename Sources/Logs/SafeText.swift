import Basics

/// Text of unknown origin, made fit for a terminal.
///
/// Printable characters and tabs pass. Other control characters show as `^X` (those of C1 as
/// `\x9b`), octets that are no UTF-8 as `\xNN`, and characters that turn the direction of the text
/// around as their octets. Colours (SGR sequences) pass when they are wanted and vanish otherwise.
public enum SafeText {
    /// Appends `text`; with `colours`, whatever colour it leaves on is reset at its end.
    public static func append(_ text: Span<UInt8>, colours: Bool, to queue: inout ByteQueue) {
        var index = 0
        var plain = 0
        var isTinted = false
        while index < text.count {
            index = text.firstUnprintable(from: index)
            if index == text.count { break }
            let byte = text[index]
            if byte == Ascii.tab {
                index += 1
                continue
            }
            let length = byte < 0x80 ? 0 : harmlessLength(text, at: index)
            if length > 0 {
                index += length
                continue
            }
            queue.append(text.extracting(plain..<index))
            let sequence = byte == Ascii.escape ? sgrLength(text, at: index) : 0
            if sequence > 0 {
                if colours {
                    queue.append(text.extracting(index..<index + sequence))
                    isTinted = true
                }
                index += sequence
            } else {
                index = appendEscaped(text, at: index, to: &queue)
            }
            plain = index
        }
        queue.append(text.extracting(plain..<text.count))
        if isTinted { queue.append("\u{1B}[0m") }
    }

    /// The octets of the character at `index` when it can be shown; zero when it can't.
    private static func harmlessLength(_ text: Span<UInt8>, at index: Int) -> Int {
        let length = Utf8.length(text, at: index)
        // U+0080 to U+009F: a terminal may take them for escape sequences.
        if length == 2 && text[index] == 0xC2 && text[index + 1] < 0xA0 { return 0 }
        return length == 3 && turnsText(text, at: index) ? 0 : length
    }

    /// Whether the three octets at `index` are a line separator or a bidirectional control: U+2028
    /// to U+202E, U+2066 to U+2069.
    private static func turnsText(_ text: Span<UInt8>, at index: Int) -> Bool {
        guard text[index] == 0xE2 else { return false }
        let last = text[index + 2]
        return text[index + 1] == 0x80 && last >= 0xA8 && last <= 0xAE
            || text[index + 1] == 0x81 && last >= 0xA6 && last <= 0xA9
    }

    /// Appends what stands for the control or broken octet at `index`; returns what comes behind.
    private static func appendEscaped(
        _ text: Span<UInt8>, at index: Int, to queue: inout ByteQueue
    ) -> Int {
        let byte = text[index]
        if byte < 0x80 {
            queue.append(0x5E)
            queue.append(byte ^ 0x40)
            return index + 1
        }
        let length = Utf8.length(text, at: index)
        if length == 2 {
            append(hex: text[index + 1], to: &queue)
            return index + 2
        }
        for place in index..<index + max(1, length) { append(hex: text[place], to: &queue) }
        return index + max(1, length)
    }

    private static func append(hex byte: UInt8, to queue: inout ByteQueue) {
        queue.append("\\x")
        queue.append(Ascii.hexDigit(byte >> 4))
        queue.append(Ascii.hexDigit(byte & 0x0F))
    }

    /// The length of the SGR sequence at `index`, `ESC [ parameters m` (ECMA-48 §8.3.117); zero for
    /// any other, and for one that no honest program writes.
    private static func sgrLength(_ text: Span<UInt8>, at index: Int) -> Int {
        guard index + 2 < text.count, text[index + 1] == 0x5B else { return 0 }
        var end = index + 2
        while end < text.count, end - index < 64 {
            switch text[end] {
            case Ascii.zero...Ascii.nine, Ascii.semicolon, Ascii.colon: end += 1
            case 0x6D: return end + 1 - index
            default: return 0
            }
        }
        return 0
    }
}
