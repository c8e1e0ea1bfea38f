import Basics

/// What may stand as a host with a port (RFC 9110 §4.2.3 and §7.2, RFC 3986 §3.2.2).
enum HostGrammar {
    /// The longest host that is accepted, with its port.
    static let maxLength = 512

    /// Whether `range` is `uri-host [ ":" port ]`; nothing at all is valid too.
    static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        if range.count > maxLength { return false }
        if range.isEmpty { return true }
        if bytes[range.lowerBound] == 0x5B {
            guard let close = addressEnd(bytes, range) else { return false }
            return close == range.upperBound || isPort(bytes, close..<range.upperBound)
        }
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if byte == Ascii.colon {
                return index > range.lowerBound && isPort(bytes, index..<range.upperBound)
            }
            if byte == Ascii.percent {
                if !isEscape(bytes, index, range.upperBound) { return false }
                index += 3
                continue
            }
            if !isNameOctet(byte) { return false }
            index += 1
        }
        return true
    }

    /// Whether a name is there, and a port that is not empty, as CONNECT wants it.
    static func isAuthority(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard isValid(bytes, range), let last = range.last, Scan.isDigit(bytes[last]) else {
            return false
        }
        var index = last
        while index > range.lowerBound && Scan.isDigit(bytes[index]) { index -= 1 }
        return index > range.lowerBound && bytes[index] == Ascii.colon
    }

    // unreserved / sub-delims without the comma: a list of hosts must not pass for one.
    private static func isNameOctet(_ byte: UInt8) -> Bool {
        Scan.has(byte, low: 0x2BFF_6FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }

    private static func isEscape(_ bytes: Span<UInt8>, _ index: Int, _ end: Int) -> Bool {
        index + 2 < end && hexDigit(bytes[index + 1]) != nil && hexDigit(bytes[index + 2]) != nil
    }

    /// `":" *DIGIT`, up to 65535.
    private static func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        if bytes[range.lowerBound] != Ascii.colon { return false }
        let digits = range.lowerBound + 1..<range.upperBound
        if digits.isEmpty { return true }
        guard let port = DecimalNumber.exact(bytes, digits) else { return false }
        return port <= 65535
    }

    /// The offset behind `"[" IPv6address "]"`.
    private static func addressEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var close = range.lowerBound
        while close < range.upperBound && bytes[close] != 0x5D { close += 1 }
        if close == range.upperBound { return nil }
        return isAddress(bytes, range.lowerBound + 1..<close) ? close + 1 : nil
    }

    /// Whether `range` is an IPv6 address: eight groups, or fewer around one `::`.
    private static func isAddress(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var groups = 0
        var hasGap = false
        var index = range.lowerBound
        if range.count >= 2 && bytes[index] == Ascii.colon && bytes[index + 1] == Ascii.colon {
            hasGap = true
            index += 2
        }
        while index < range.upperBound {
            let start = index
            while index < range.upperBound && hexDigit(bytes[index]) != nil { index += 1 }
            if index < range.upperBound && bytes[index] == 0x2E {
                if !isDotted(bytes, start..<range.upperBound) { return false }
                groups += 2
                break
            }
            if index == start || index - start > 4 { return false }
            groups += 1
            if index == range.upperBound { break }
            if bytes[index] != Ascii.colon { return false }
            index += 1
            if index == range.upperBound { return false }
            if bytes[index] == Ascii.colon {
                if hasGap { return false }
                hasGap = true
                index += 1
            }
        }
        return hasGap ? groups <= 7 : groups == 8
    }

    /// Whether `range` is an IPv4 address.
    private static func isDotted(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var parts = 0
        var start = range.lowerBound
        for index in range.lowerBound...range.upperBound
        where index == range.upperBound || bytes[index] == 0x2E {
            if index - start > 3 { return false }
            guard let part = DecimalNumber.exact(bytes, start..<index), part < 256 else {
                return false
            }
            parts += 1
            start = index + 1
        }
        return parts == 4
    }

    /// The value of a hexadecimal digit.
    @inline(__always)
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        if Scan.isDigit(byte) { return byte &- Ascii.zero }
        let letter = Ascii.lowered(byte) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }
}
