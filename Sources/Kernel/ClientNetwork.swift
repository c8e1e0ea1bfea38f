/// What counts as one client: an IPv4 address, or the 64 bits of an IPv6 address that name a
/// network, within which one host may have any number of addresses.
public enum ClientNetwork: Hashable, Sendable {
    case inet(UInt32)
    case network6(UInt64)

    /// `nil` for what is no network address.
    public init?(_ address: Address) {
        switch address.unmapped {
        case .inet(let number, _): self = .inet(number)
        case .inet6(let high, _, _): self = .network6(high)
        case .unix: return nil
        }
    }

    /// Reads `192.0.2.7`, `2001:db8::7` or `2001:db8::/64`.
    public init?(_ text: String) {
        let host = text.hasSuffix("/64") ? String(text.dropLast(3)) : text
        guard let address = Address(host: host, port: 0) else { return nil }
        self.init(address)
    }
}

extension ClientNetwork: CustomStringConvertible {
    public var description: String {
        switch self {
        case .inet(let number): Address.inet(number, port: 0).host
        case .network6(let high): Address.inet6(high, 0, port: 0).host + "/64"
        }
    }
}
