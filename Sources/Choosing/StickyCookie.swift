import Basics

/// What a cookie says that keeps a client on a member: sixteen hexadecimal digits, a keyed hash of
/// the member's name.
///
/// It tells nothing of the member and can't be made without the service's secret. It holds as long
/// as the secret and the name do: over restarts, and in every balancer of the service.
public struct StickyCookie: Sendable {
    /// By member.
    private let tags: [UInt64]
    /// Where to find a tag: an open table, twice as large as it need be, of indexes or -1.
    private let places: [Int32]
    private let placing: SipHash

    /// `names` by member; `secret` is the service's, random.
    public init(names: [[UInt8]], secret: (UInt64, UInt64)) {
        let tagging = SipHash(key: secret)
        // Where a tag lies must tell as little as the tag: another key, made from the same secret.
        placing = SipHash(key: (tagging.hash(1), tagging.hash(2)))
        tags = names.map { tagging.hash($0.span) }
        var size = 2
        while size < 2 * names.count { size *= 2 }
        var places = [Int32](repeating: -1, count: size)
        for (index, tag) in tags.enumerated() {
            var place = Int(truncatingIfNeeded: placing.hash(tag)) & (size - 1)
            while places[place] >= 0 { place = (place + 1) & (size - 1) }
            places[place] = Int32(index)
        }
        self.places = places
    }

    /// The cookie's value for a member.
    public func value(of member: Int) -> [16 of UInt8] {
        var text = [16 of UInt8](repeating: 0)
        for index in 0..<16 {
            let digit = tags[member] >> UInt64(60 - 4 * index) & 0xF
            text[index] = Ascii.hexDigit(UInt8(digit))
        }
        return text
    }

    /// The member that a value was made for; `nil` when it was made for none of them.
    ///
    /// Tags are compared as words, all bits at once, and where they are looked for depends on the
    /// secret; so the time it takes tells nothing that would help to guess one.
    public func member(_ bytes: Span<UInt8>, in range: Range<Int>) -> Int? {
        if range.count != 16 { return nil }
        var tag: UInt64 = 0
        for index in range {
            guard let digit = Self.digit(bytes[index]) else { return nil }
            tag = tag << 4 | digit
        }
        var place = Int(truncatingIfNeeded: placing.hash(tag)) & (places.count - 1)
        while places[place] >= 0 {
            if tags[Int(places[place])] ^ tag == 0 { return Int(places[place]) }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    /// Lower case only: what we don't write we don't read.
    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case 0x30...0x39: UInt64(byte - 0x30)
        case 0x61...0x66: UInt64(byte - 0x57)
        default: nil
        }
    }
}

/// A `Cookie` field's value (RFC 6265 §4.2.1): pairs of name and value.
public enum CookiePairs {
    /// Where the value of the first cookie of a name lies, without quotes around it.
    ///
    /// What is no pair is passed over. A name is told apart by case, and blanks around names and
    /// values don't count (§5.2 is as generous where cookies are set).
    public static func find(_ name: Span<UInt8>, in field: Span<UInt8>) -> Range<Int>? {
        if name.isEmpty { return nil }
        var start = 0
        while start < field.count {
            let end = field.first(Ascii.semicolon, from: start) ?? field.count
            let pair = trimmed(start..<end, of: field)
            if let equals = field.first(0x3D, from: pair.lowerBound), equals < pair.upperBound {
                let key = trimmed(pair.lowerBound..<equals, of: field)
                if field.extracting(key).equals(name) {
                    return unquoted(trimmed(equals + 1..<pair.upperBound, of: field), of: field)
                }
            }
            start = end + 1
        }
        return nil
    }

    private static func trimmed(_ range: Range<Int>, of field: Span<UInt8>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end && isBlank(field[start]) { start += 1 }
        while start < end && isBlank(field[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == Ascii.space || byte == Ascii.tab }

    private static func unquoted(_ range: Range<Int>, of field: Span<UInt8>) -> Range<Int> {
        let isQuoted =
            range.count >= 2 && field[range.lowerBound] == Ascii.quote
            && field[range.upperBound - 1] == Ascii.quote
        return isQuoted ? range.lowerBound + 1..<range.upperBound - 1 : range
    }
}
