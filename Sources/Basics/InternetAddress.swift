/// An IPv4 or IPv6 address, without a port.
public enum InternetAddress: Hashable, Sendable {
    /// The address as a number in host order.
    case v4(UInt32)
    /// The upper and lower halves of the address in host order.
    case v6(high: UInt64, low: UInt64)

    /// Reads `127.0.0.1` or `::1`; `nil` for anything else, names included.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        if let address = Self.v4(bytes, 0..<bytes.count) {
            self = .v4(address)
        } else if let (high, low) = Self.v6(bytes, 0..<bytes.count) {
            self = .v6(high: high, low: low)
        } else {
            return nil
        }
    }

    /// Four numbers from 0 to 255, without zeros in front, and three dots (RFC 3986 §3.2.2).
    public static func v4(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt32? {
        var address: UInt32 = 0
        var count = 0
        var start = range.lowerBound
        for index in range.lowerBound...range.upperBound
        where index == range.upperBound || text[index] == UInt8(ascii: ".") {
            guard let part = part(text, start..<index), count < 4 else { return nil }
            address = address << 8 | part
            count += 1
            start = index + 1
        }
        return count == 4 ? address : nil
    }

    private static func part(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt32? {
        guard (1...3).contains(range.count) else { return nil }
        if range.count > 1 && text[range.lowerBound] == Ascii.zero { return nil }
        var value: UInt32 = 0
        for index in range {
            guard text[index] >= Ascii.zero, text[index] <= Ascii.nine else { return nil }
            value = value * 10 + UInt32(text[index] - Ascii.zero)
        }
        return value <= 255 ? value : nil
    }

    /// Eight groups of up to four hexadecimal digits; `::` once stands for groups of zeros, and the
    /// last two may be written as an IPv4 address where `embedsIPv4` allows it (RFC 4291 §2.2).
    public static func v6(
        _ text: Span<UInt8>, _ range: Range<Int>, embedsIPv4: Bool = true
    ) -> (high: UInt64, low: UInt64)? {
        var groups = Groups()
        var index = range.lowerBound
        // What would be a single colon at the beginning has to be two.
        if index < range.upperBound && text[index] == Ascii.colon {
            guard index + 1 < range.upperBound, text[index + 1] == Ascii.colon else { return nil }
            groups.gap = 0
            index += 2
        }
        while index < range.upperBound {
            if embedsIPv4, let address = v4(text, index..<range.upperBound) {
                groups.append(UInt16(truncatingIfNeeded: address >> 16))
                groups.append(UInt16(truncatingIfNeeded: address))
                break
            }
            guard let (value, end) = group(text, index..<range.upperBound) else { return nil }
            groups.append(value)
            if groups.count > 8 { return nil }
            index = end
            if index == range.upperBound { break }
            guard text[index] == Ascii.colon, index + 1 < range.upperBound else { return nil }
            index += 1
            if text[index] == Ascii.colon {
                if groups.gap != nil { return nil }
                groups.gap = groups.count
                index += 1
            }
        }
        return groups.address
    }

    /// One group and where it ends.
    private static func group(_ text: Span<UInt8>, _ range: Range<Int>) -> (UInt16, Int)? {
        var value: UInt16 = 0
        var index = range.lowerBound
        while index < range.upperBound && index < range.lowerBound + 4 {
            guard let digit = hexadecimal(text[index]) else { break }
            value = value << 4 | UInt16(digit)
            index += 1
        }
        return index == range.lowerBound ? nil : (value, index)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// The groups that have been read.
    private struct Groups {
        private var values: [10 of UInt16] = .init(repeating: 0)
        private(set) var count = 0
        /// In front of which of them zeros are left out.
        var gap: Int?

        mutating func append(_ value: UInt16) {
            values[count] = value
            count += 1
        }

        /// The address; `nil` where there are too few of them or too many.
        var address: (high: UInt64, low: UInt64)? {
            if gap == nil ? count != 8 : count > 7 { return nil }
            let gap = gap ?? count
            var whole: [8 of UInt16] = .init(repeating: 0)
            for index in 0..<count {
                whole[index < gap ? index : index + 8 - count] = values[index]
            }
            var halves: (high: UInt64, low: UInt64) = (0, 0)
            for index in 0..<4 {
                halves.high = halves.high << 16 | UInt64(whole[index])
                halves.low = halves.low << 16 | UInt64(whole[index + 4])
            }
            return halves
        }
    }
}

extension InternetAddress: CustomStringConvertible {
    /// The canonical form of RFC 5952: `10.0.0.1`, `2001:db8::1`, `::ffff:10.0.0.1`.
    public var description: String {
        switch self {
        case .v4(let address):
            return "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
        case .v6(let high, let low):
            if high == 0 && low >> 32 == 0xFFFF {
                return "::ffff:\(InternetAddress.v4(UInt32(truncatingIfNeeded: low)))"
            }
            return Self.written(
                (0..<8).map { index in
                    UInt16(
                        truncatingIfNeeded: (index < 4 ? high : low)
                            >> UInt64(48 - 16 * (index & 3)))
                })
        }
    }

    /// Two zeros or more, the first of the longest runs, are `::` (RFC 5952 §4.2).
    private static func written(_ groups: [UInt16]) -> String {
        var longest = 0..<0
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 { start = index + 1 }
            if index + 1 - start > longest.count { longest = start..<index + 1 }
        }
        func text(_ groups: ArraySlice<UInt16>) -> String {
            groups.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if longest.count < 2 { return text(groups[...]) }
        return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }
}
