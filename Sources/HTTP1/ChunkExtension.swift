import Basics

/// Where one is within the extensions of a chunk, an octet at a time (RFC 9112 §7.1.1).
///
///     chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
enum ChunkExtension: Equatable {
    /// Behind the semicolon.
    case beforeName
    case name
    /// In blanks behind the name, which something must follow.
    case afterName
    /// Behind the equals sign.
    case beforeValue
    case value
    case quoted
    /// Behind a backslash in a quoted value.
    case escaped
    /// Behind the closing quote.
    case quotedEnd
    /// In blanks behind a value, which only the next extension may follow.
    case afterValue

    /// Whether the line may end here.
    var mayEnd: Bool {
        switch self {
        case .name, .value, .quotedEnd: true
        case .beforeName, .afterName, .beforeValue, .quoted, .escaped, .afterValue: false
        }
    }

    /// Takes in one octet that is no line end; false where the grammar has no place for it.
    mutating func take(_ byte: UInt8) -> Bool {
        guard let next = next(byte) else { return false }
        self = next
        return true
    }

    private func next(_ byte: UInt8) -> ChunkExtension? {
        let isBlank = Scan.isBlank(byte)
        switch self {
        case .beforeName:
            if isBlank { return self }
            return Scan.isToken(byte) ? .name : nil
        case .name:
            if Scan.isToken(byte) { return self }
            return isBlank ? .afterName : Self.behindName(byte)
        case .afterName: return isBlank ? self : Self.behindName(byte)
        case .beforeValue:
            if isBlank { return self }
            if byte == Ascii.quote { return .quoted }
            return Scan.isToken(byte) ? .value : nil
        case .value:
            if Scan.isToken(byte) { return self }
            return isBlank ? .afterValue : Self.behindValue(byte)
        case .quoted:
            if byte == Ascii.quote { return .quotedEnd }
            if byte == 0x5C { return .escaped }
            return Self.isText(byte) ? self : nil
        case .escaped: return Self.isText(byte) ? .quoted : nil
        case .quotedEnd: return isBlank ? .afterValue : Self.behindValue(byte)
        case .afterValue: return isBlank ? self : Self.behindValue(byte)
        }
    }

    private static func behindName(_ byte: UInt8) -> ChunkExtension? {
        byte == 0x3D ? .beforeValue : behindValue(byte)
    }

    private static func behindValue(_ byte: UInt8) -> ChunkExtension? {
        byte == Ascii.semicolon ? .beforeName : nil
    }

    /// What a quoted string may have in it, escaped or not: HTAB / SP / VCHAR / obs-text.
    private static func isText(_ byte: UInt8) -> Bool {
        byte == Ascii.tab || (byte >= 0x20 && byte != Ascii.delete)
    }
}
