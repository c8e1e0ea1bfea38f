import Basics

/// The JSON object in the body of an order: texts, numbers, true and false, and nothing nested
/// (RFC 8259). Each member once; what is none is refused.
struct FlatObject: Equatable {
    enum Value: Equatable {
        case text(String)
        /// As it is spelt.
        case number(String)
        case flag(Bool)
        case null
    }

    private var members: [String: Value] = [:]

    /// An empty body is an object without members.
    init?(_ body: [UInt8]) {
        var reader = Reader(body)
        reader.skipBlanks()
        if reader.isAtEnd { return }
        guard reader.take(0x7B) else { return nil }
        reader.skipBlanks()
        var isFirst = true
        while !reader.take(0x7D) {
            if !isFirst && !reader.take(0x2C) { return nil }
            isFirst = false
            reader.skipBlanks()
            guard let name = reader.text() else { return nil }
            reader.skipBlanks()
            guard reader.take(Ascii.colon) else { return nil }
            reader.skipBlanks()
            guard let value = reader.value(), members.updateValue(value, forKey: name) == nil
            else { return nil }
            reader.skipBlanks()
        }
        reader.skipBlanks()
        if !reader.isAtEnd { return nil }
    }

    /// The first member that is none of these.
    func stranger(besides names: [String]) -> String? {
        members.keys.sorted().first { !names.contains($0) }
    }

    /// A text; `nil` where there is none.
    func text(_ name: String) -> String? {
        if case .text(let text)? = members[name] { text } else { nil }
    }

    /// A number as it is spelt; `nil` where there is none.
    func number(_ name: String) -> String? {
        if case .number(let text)? = members[name] { text } else { nil }
    }

    /// `nil` where it is there and is neither true nor false.
    func flag(_ name: String, usually: Bool) -> Bool? {
        switch members[name] {
        case .flag(let flag): flag
        case .null, nil: usually
        case .text, .number: nil
        }
    }
}

/// What reads JSON octet by octet.
private struct Reader {
    private let octets: [UInt8]
    private var index = 0

    init(_ octets: [UInt8]) { self.octets = octets }

    var isAtEnd: Bool { index == octets.count }
    private var next: UInt8? { index < octets.count ? octets[index] : nil }

    mutating func skipBlanks() {
        while let next, [0x20, 0x09, 0x0A, 0x0D].contains(next) { index += 1 }
    }

    mutating func take(_ octet: UInt8) -> Bool {
        if next != octet { return false }
        index += 1
        return true
    }

    mutating func value() -> FlatObject.Value? {
        if next == Ascii.quote { return text().map { .text($0) } }
        for (word, value) in [
            ("true", FlatObject.Value.flag(true)), ("false", .flag(false)), ("null", .null),
        ] where octets[index...].starts(with: word.utf8) {
            index += word.utf8.count
            return value
        }
        return number().map { .number($0) }
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)?`; exponents say nothing that an order takes.
    private mutating func number() -> String? {
        let start = index
        _ = take(0x2D)
        let whole = digits()
        if whole == 0 || (whole > 1 && octets[index - whole] == Ascii.zero) { return nil }
        if take(0x2E) && digits() == 0 { return nil }
        return String(decoding: octets[start..<index], as: UTF8.self)
    }

    private mutating func digits() -> Int {
        let start = index
        while let next, (Ascii.zero...Ascii.nine).contains(next) { index += 1 }
        return index - start
    }

    mutating func text() -> String? {
        guard take(Ascii.quote) else { return nil }
        var units: [UInt16] = []
        var plain: [UInt8] = []
        var text = ""
        func flush() -> Bool {
            if !Utf8.isValid(plain.span) { return false }
            text += String(decoding: plain, as: UTF8.self)
            plain = []
            return true
        }
        while let octet = next {
            index += 1
            switch octet {
            case Ascii.quote:
                if !units.isEmpty { return nil }
                return flush() ? text : nil
            case 0x5C:
                guard let unit = escaped() else { return nil }
                if !flush() { return nil }
                units.append(unit)
                // A high surrogate waits for its low one.
                if UTF16.isLeadSurrogate(unit) && units.count == 1 { continue }
                guard let scalar = Self.scalar(units) else { return nil }
                text.unicodeScalars.append(scalar)
                units = []
            case 0..<Ascii.space: return nil
            default:
                if !units.isEmpty { return nil }
                plain.append(octet)
            }
        }
        return nil
    }

    private static func scalar(_ units: [UInt16]) -> Unicode.Scalar? {
        if units.count == 1 { return Unicode.Scalar(units[0]) }
        if !UTF16.isTrailSurrogate(units[1]) { return nil }
        return Unicode.Scalar(
            0x10000 + (UInt32(units[0]) - 0xD800) << 10 + (UInt32(units[1]) - 0xDC00))
    }

    /// What stands behind a backslash, as a unit of UTF-16.
    private mutating func escaped() -> UInt16? {
        guard let octet = next else { return nil }
        index += 1
        switch octet {
        case Ascii.quote, 0x5C, 0x2F: return UInt16(octet)
        case 0x62: return 0x08
        case 0x66: return 0x0C
        case 0x6E: return 0x0A
        case 0x72: return 0x0D
        case 0x74: return 0x09
        case 0x75:
            guard index + 4 <= octets.count,
                octets[index..<index + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let unit = UInt16(
                    String(decoding: octets[index..<index + 4], as: UTF8.self), radix: 16)
            else { return nil }
            index += 4
            return unit
        default: return nil
        }
    }
}
