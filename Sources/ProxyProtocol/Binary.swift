import Basics

/// Version 2 (§2.2): a signature, what kind of connection it is, a length, addresses, and then
/// type-length-values of which only the checksum concerns us.
enum Binary {
    static let fixedLength = 16
    private static let signature: [12 of UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]
    /// PP2_TYPE_CRC32C.
    private static let checksumType: UInt8 = 0x03

    static func parse(_ bytes: Span<UInt8>) -> ProxyParse {
        for index in 0..<min(bytes.count, 12) where bytes[index] != signature[index] {
            return .malformed
        }
        if bytes.count > 12 {
            // The version, and a command that there is: LOCAL or PROXY.
            guard bytes[12] == 0x20 || bytes[12] == 0x21 else { return .malformed }
        }
        if bytes.count < fixedLength { return .partial }
        // AF_UNSPEC to AF_UNIX, UNSPEC to DGRAM; the rest is not given out.
        let (family, transport) = (bytes[13] >> 4, bytes[13] & 0xF)
        if family > 3 || transport > 2 { return .malformed }
        let length = fixedLength + Int(number(bytes, 14, 2))
        if bytes.count < length { return .partial }
        let header = bytes.extracting(0..<length)
        // Of LOCAL the whole block is to be passed over, whatever it says.
        if bytes[12] == 0x20 { return .complete(.local, length: length) }
        guard let said = addresses(header, family, isStream: transport == 1),
            hasSoundValues(header, from: said.end)
        else { return .malformed }
        return .complete(said.header, length: length)
    }

    private static func addresses(
        _ bytes: Span<UInt8>, _ family: UInt8, isStream: Bool
    ) -> (header: ProxyHeader, end: Int)? {
        let room = bytes.count - fixedLength
        switch family {
        case 1:
            if room < 12 { return nil }
            let header = ProxyHeader.inet(
                source: UInt32(number(bytes, 16, 4)), sourcePort: UInt16(number(bytes, 24, 2)),
                destination: UInt32(number(bytes, 20, 4)),
                destinationPort: UInt16(number(bytes, 26, 2)))
            return (isStream ? header : .local, 28)
        case 2:
            if room < 36 { return nil }
            let header = ProxyHeader.inet6(
                source: .init(high: number(bytes, 16, 8), low: number(bytes, 24, 8)),
                sourcePort: UInt16(number(bytes, 48, 2)),
                destination: .init(high: number(bytes, 32, 8), low: number(bytes, 40, 8)),
                destinationPort: UInt16(number(bytes, 50, 2)))
            return (isStream ? header : .local, 52)
        // Two paths of unix(7), which say nothing to us.
        case 3: return room < 216 ? nil : (.local, fixedLength + 216)
        // What follows an unspecified family has no form that could be looked into.
        default: return (.local, bytes.count)
        }
    }

    /// Whether the values fill what is left exactly, and the checksum, if there is one, is right.
    private static func hasSoundValues(_ bytes: Span<UInt8>, from start: Int) -> Bool {
        var index = start
        while index < bytes.count {
            if index + 3 > bytes.count { return false }
            let length = Int(number(bytes, index + 1, 2))
            let value = index + 3
            if value + length > bytes.count { return false }
            if bytes[index] == checksumType {
                // The checksum is that of the header with zeros in its place (§2.2.3).
                if length != 4 { return false }
                let wanted = UInt32(number(bytes, value, 4))
                if Checksum.crc32c(bytes, zeros: value..<(value + 4)) != wanted { return false }
            }
            index = value + length
        }
        return true
    }

    /// A number in network order.
    private static func number(_ bytes: Span<UInt8>, _ offset: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in offset..<(offset + count) { value = value << 8 | UInt64(bytes[index]) }
        return value
    }

    // MARK: Writing

    static func append(_ header: ProxyHeader, to queue: inout ByteQueue) {
        for index in 0..<12 { queue.append(signature[index]) }
        switch header {
        case .local:
            append(0x2000_0000, 4, to: &queue)
        case .inet(let source, let sourcePort, let destination, let destinationPort):
            append(0x2111_000C, 4, to: &queue)
            append(UInt64(source), 4, to: &queue)
            append(UInt64(destination), 4, to: &queue)
            append(UInt64(sourcePort), 2, to: &queue)
            append(UInt64(destinationPort), 2, to: &queue)
        case .inet6(let source, let sourcePort, let destination, let destinationPort):
            append(0x2121_0024, 4, to: &queue)
            append(source.high, 8, to: &queue)
            append(source.low, 8, to: &queue)
            append(destination.high, 8, to: &queue)
            append(destination.low, 8, to: &queue)
            append(UInt64(sourcePort), 2, to: &queue)
            append(UInt64(destinationPort), 2, to: &queue)
        }
    }

    private static func append(_ value: UInt64, _ count: Int, to queue: inout ByteQueue) {
        for index in 0..<count {
            queue.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - index))))
        }
    }
}

/// CRC-32C (Castagnoli), as RFC 4960 appendix B has it.
enum Checksum {
    static func crc32c(_ bytes: Span<UInt8>, zeros: Range<Int>) -> UInt32 {
        var sum = UInt32.max
        for index in bytes.indices {
            sum ^= zeros.contains(index) ? 0 : UInt32(bytes[index])
            for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0x82F6_3B78 : 0) }
        }
        return ~sum
    }
}
