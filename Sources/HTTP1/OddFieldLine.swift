import Basics

/// Reads lines of a head that are no plain `name: value` with a line end of two octets: the empty
/// one, those that are at fault, and those of backends that are meant well.
enum OddFieldLine {
    /// Reads a line that does not begin with a name and a colon; the name, if any, ends at `stop`.
    static func scan(
        _ bytes: Span<UInt8>, _ start: Int, _ stop: Int, from sender: Sender
    ) -> FieldLine {
        switch bytes[stop] {
        case Ascii.carriageReturn where stop == start:
            if start + 1 >= bytes.count { return .partial }
            if bytes[start + 1] != Ascii.lineFeed { return .malformed(.bareCarriageReturn) }
            return .end(next: start + 2)
        case Ascii.lineFeed where stop == start:
            return sender == .backend ? .end(next: start + 1) : .malformed(.bareLineFeed)
        case Ascii.colon: return .malformed(.fieldNameEmpty)
        case Ascii.space where stop == start, Ascii.tab where stop == start:
            return .malformed(.obsoleteFold)
        default: return scanName(bytes, start, stop, from: sender)
        }
    }

    /// What is wrong with a name can be said when the colon is there, or the line is over.
    private static func scanName(
        _ bytes: Span<UInt8>, _ start: Int, _ stop: Int, from sender: Sender
    ) -> FieldLine {
        var colon = stop
        var isBlank = true
        while true {
            if colon >= bytes.count { return .partial }
            let byte = bytes[colon]
            if byte == Ascii.colon { break }
            if byte == Ascii.carriageReturn || byte == Ascii.lineFeed {
                return .malformed(.fieldWithoutColon)
            }
            isBlank = isBlank && Scan.isBlank(byte)
            colon += 1
        }
        if !isBlank {
            let isSpaced = Scan.isBlank(bytes[stop])
            return .malformed(isSpaced ? .spaceInFieldName : .fieldNameInvalid)
        }
        // RFC 9112 §5.1: a server refuses blanks before the colon, a proxy removes those of a
        // response.
        if sender == .client { return .malformed(.spaceBeforeColon) }
        return scanValue(bytes, start, stop, colon: colon, from: sender)
    }

    /// Reads what is behind the colon, where it may not be a plain value.
    static func scanValue(
        _ bytes: Span<UInt8>, _ start: Int, _ nameEnd: Int, colon: Int, from sender: Sender
    ) -> FieldLine {
        let n = bytes.count
        var oddities: Field.Oddities = colon > nameEnd ? .blankBeforeColon : []
        var stop = Scan.valueEnd(bytes, from: colon + 1)
        while stop < n && bytes[stop] != Ascii.carriageReturn && bytes[stop] != Ascii.lineFeed {
            // RFC 9110 §5.5: other control characters may be kept, this one never.
            if sender == .client || bytes[stop] == 0 { return .malformed(.controlCharacter) }
            oddities.insert(.controlCharacter)
            stop = Scan.valueEnd(bytes, from: stop + 1)
        }
        if stop >= n { return .partial }
        var next = stop + 1
        if bytes[stop] == Ascii.carriageReturn {
            if next >= n { return .partial }
            if bytes[next] != Ascii.lineFeed { return .malformed(.bareCarriageReturn) }
            next += 1
        } else {
            if sender == .client { return .malformed(.bareLineFeed) }
            oddities.insert(.bareLineFeed)
        }
        let kind = FieldKind.of(bytes, start, nameEnd)
        // What we go by ourselves must be beyond doubt.
        if oddities.contains(.controlCharacter) && kind != .other {
            return .malformed(.controlCharacter)
        }
        let field = Field(
            line: UInt32(truncatingIfNeeded: start),
            nameEnd: UInt32(truncatingIfNeeded: nameEnd),
            value: ByteRange(Scan.trimmed(bytes, colon + 1, stop)), kind: kind,
            oddities: oddities)
        return .field(field, next: next)
    }
}
