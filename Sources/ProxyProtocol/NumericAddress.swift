import Basics

/// IPv4 and IPv6 addresses as version 1 writes them.
enum NumericAddress {
    /// Decimal digits without a zero in front, up to `most`.
    static func decimal(_ line: Span<UInt8>, _ range: Range<Int>, most: Int) -> Int? {
        guard (1...5).contains(range.count) else { return nil }
        if range.count > 1 && line[range.lowerBound] == Ascii.zero { return nil }
        var value = 0
        for index in range {
            guard line[index] >= Ascii.zero, line[index] <= Ascii.nine else { return nil }
            value = value * 10 + Int(line[index] - Ascii.zero)
        }
        return value <= most ? value : nil
    }

    /// Four numbers from 0 to 255 and three dots.
    static func inet(_ line: Span<UInt8>, _ range: Range<Int>) -> UInt32? {
        var address: UInt32 = 0
        var count = 0
        var start = range.lowerBound
        for index in range.lowerBound...range.upperBound
        where index == range.upperBound || line[index] == 0x2E {
            guard let part = decimal(line, start..<index, most: 255) else { return nil }
            address = address << 8 | UInt32(part)
            count += 1
            start = index + 1
            if count > 4 { return nil }
        }
        return count == 4 ? address : nil
    }

    /// Eight groups of up to four hexadecimal digits; `::` once stands for groups of zeros.
    static func inet6(_ line: Span<UInt8>, _ range: Range<Int>) -> ProxyHeader.IPv6? {
        var groups: [8 of UInt16] = .init(repeating: 0)
        var count = 0
        var gap: Int?
        var index = range.lowerBound
        // What would be a single colon at the beginning has to be two.
        if index < range.upperBound && line[index] == Ascii.colon {
            guard index + 1 < range.upperBound, line[index + 1] == Ascii.colon else { return nil }
            gap = 0
            index += 2
        }
        while index < range.upperBound {
            guard count < 8, let (value, end) = group(line, index..<range.upperBound) else {
                return nil
            }
            groups[count] = value
            count += 1
            index = end
            if index == range.upperBound { break }
            guard line[index] == Ascii.colon, index + 1 < range.upperBound else { return nil }
            index += 1
            if line[index] == Ascii.colon {
                if gap != nil { return nil }
                gap = count
                index += 1
            }
        }
        if gap == nil ? count != 8 : count > 7 { return nil }
        return address(groups, count: count, gap: gap ?? count)
    }

    /// One group and where it ends.
    private static func group(_ line: Span<UInt8>, _ range: Range<Int>) -> (UInt16, Int)? {
        var value: UInt16 = 0
        var index = range.lowerBound
        while index < range.upperBound && index < range.lowerBound + 4 {
            guard let digit = hexadecimal(line[index]) else { break }
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

    private static func address(
        _ groups: [8 of UInt16], count: Int, gap: Int
    ) -> ProxyHeader.IPv6 {
        var whole: [8 of UInt16] = .init(repeating: 0)
        for index in 0..<count {
            whole[index < gap ? index : index + 8 - count] = groups[index]
        }
        var halves: (UInt64, UInt64) = (0, 0)
        for index in 0..<4 {
            halves.0 = halves.0 << 16 | UInt64(whole[index])
            halves.1 = halves.1 << 16 | UInt64(whole[index + 4])
        }
        return ProxyHeader.IPv6(high: halves.0, low: halves.1)
    }

    // MARK: Writing

    static func append(_ address: UInt32, to queue: inout ByteQueue) {
        for index in 0..<4 {
            queue.append(decimal: UInt64(address >> UInt32(24 - 8 * index) & 255))
            if index < 3 { queue.append(0x2E) }
        }
    }

    /// All eight groups: `::` is allowed and never needed.
    static func append(_ address: ProxyHeader.IPv6, to queue: inout ByteQueue) {
        for index in 0..<8 {
            let half = index < 4 ? address.high : address.low
            let group = half >> UInt64(48 - 16 * (index & 3)) & 0xFFFF
            var shift: UInt64 = group > 0xFFF ? 12 : group > 0xFF ? 8 : group > 0xF ? 4 : 0
            while true {
                let digit = UInt8(truncatingIfNeeded: group >> shift & 0xF)
                queue.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
                if shift == 0 { break }
                shift -= 4
            }
            if index < 7 { queue.append(Ascii.colon) }
        }
    }
}
