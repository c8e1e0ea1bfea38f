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
        InternetAddress.v4(line, range)
    }

    /// Eight groups of up to four hexadecimal digits; `::` once stands for groups of zeros.
    static func inet6(_ line: Span<UInt8>, _ range: Range<Int>) -> ProxyHeader.IPv6? {
        InternetAddress.v6(line, range, embedsIPv4: false).map { address in
            ProxyHeader.IPv6(high: address.high, low: address.low)
        }
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
