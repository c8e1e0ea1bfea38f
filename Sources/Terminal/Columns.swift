/// How wide texts are on a terminal, and how they are made to fit.
public enum Columns {
    /// How many columns a text takes; one without control characters and escape sequences.
    public static func width(of text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + width(of: $1) }
    }

    /// The text, cut to at most `columns` with `…` at its end where it was longer.
    public static func fit(_ text: String, to columns: Int) -> String {
        if width(of: text) <= columns { return text }
        if columns <= 0 { return "" }
        var kept = ""
        var used = 1
        for character in text {
            used += width(of: character)
            if used > columns { break }
            kept.append(character)
        }
        return kept + "\u{2026}"
    }

    /// The text with each control character replaced, so that it takes one line and moves nothing.
    static func plain(_ text: String) -> String {
        if text.unicodeScalars.allSatisfy({ !isControl($0) }) { return text }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { plain.append(isControl(scalar) ? "?" : scalar) }
        return String(plain)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || scalar.value >= 0x7F && scalar.value < 0xA0
            || scalar.value >= 0x2028 && scalar.value <= 0x202E
            || scalar.value >= 0x2066 && scalar.value <= 0x2069
    }

    /// A character with all that combines with it takes the columns of its widest scalar.
    static func width(of character: Character) -> Int {
        var widest = 0
        for scalar in character.unicodeScalars {
            // Variation selector 16 asks for the picture.
            if scalar.value == 0xFE0F { return 2 }
            widest = max(widest, width(of: scalar))
        }
        return widest
    }

    private static func width(of scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return value == 0xAD ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        for range in wide where range.contains(value) { return 2 }
        return 1
    }

    /// The great blocks of East_Asian_Width W and F, and the pictures; Unicode Annex 11.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23EC, 0x25FD...0x25FE, 0x2614...0x2615,
        0x2648...0x2653, 0x26A1...0x26A1, 0x26BD...0x26BE, 0x2705...0x2705, 0x270A...0x270B,
        0x2728...0x2728, 0x274C...0x274C, 0x2753...0x2755, 0x2757...0x2757, 0x2795...0x2797,
        0x2B1B...0x2B1C, 0x2B50...0x2B50, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF,
        0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F004...0x1F004, 0x1F0CF...0x1F0CF,
        0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F1E6...0x1F202, 0x1F210...0x1F23B,
        0x1F240...0x1F248, 0x1F250...0x1F251, 0x1F260...0x1F265, 0x1F300...0x1F64F,
        0x1F680...0x1F6FF, 0x1F7E0...0x1F7EB, 0x1F90C...0x1F9FF, 0x1FA70...0x1FAFF,
        0x20000...0x3FFFD,
    ]
}
