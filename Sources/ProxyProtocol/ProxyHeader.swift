/// What a proxy says of a connection before its first byte: the addresses of its two ends.
///
/// The names are those of HAProxy's specification (proxy-protocol.txt): *source* is the client,
/// *destination* is where the client connected to.
public enum ProxyHeader: Equatable, Sendable {
    /// The connection is the proxy's own, as a check is, or of a kind that has no such addresses:
    /// the addresses of the connection itself count.
    case local
    case inet(source: UInt32, sourcePort: UInt16, destination: UInt32, destinationPort: UInt16)
    case inet6(source: IPv6, sourcePort: UInt16, destination: IPv6, destinationPort: UInt16)

    /// An IPv6 address as its upper and lower halves.
    public struct IPv6: Equatable, Sendable {
        public var high: UInt64
        public var low: UInt64

        public init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }
    }
}

/// What came of looking for a header at the beginning of a connection.
public enum ProxyParse: Equatable, Sendable {
    /// So far it may be one.
    case partial
    /// The header takes up the first `length` bytes.
    case complete(ProxyHeader, length: Int)
    /// It is none, or not a proper one. There is no going on after that: what follows may come from
    /// any client.
    case malformed
}

extension ProxyHeader {
    /// The longest there can be: the fixed part and all that its length field can say.
    public static let longest = Binary.fixedLength + 65535

    /// Reads the header at the beginning of `bytes`, of either version.
    public static func parse(_ bytes: Span<UInt8>) -> ProxyParse {
        if bytes.count == 0 { return .partial }
        return bytes[0] == 0x0D ? Binary.parse(bytes) : TextLine.parse(bytes)
    }
}
