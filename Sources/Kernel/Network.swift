import Basics

/// A range of addresses, written as an address and how many of its leading bits count (CIDR,
/// RFC 4632): `10.0.0.0/8`, `2001:db8::/32`, or an address alone.
public struct Network: Hashable, Sendable {
    private let address: Address
    private let bits: Int

    /// Reads one; `nil` where it is none, or where bits are set behind those that count.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let address = Address(host: parts[0], port: 0) else { return nil }
        let most =
            switch address {
            case .inet: 32
            case .inet6: 128
            case .unix: 0
            }
        var bits = most
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let given = Int(parts[1]),
                given <= most
            else { return nil }
            bits = given
        }
        guard Network.first(bits, of: address) == address else { return nil }
        self.address = address
        self.bits = bits
    }

    /// Whether the address, whatever its port, is one of the range.
    public func contains(_ other: Address) -> Bool {
        switch (address, other) {
        case (.inet, .inet), (.inet6, .inet6):
            Network.first(bits, of: other.with(port: 0)) == address
        default: false
        }
    }

    /// The address with all bits zero but the first ones.
    private static func first(_ bits: Int, of address: Address) -> Address {
        switch address {
        case .inet(let number, let port):
            return .inet(bits == 0 ? 0 : number & (.max << UInt32(32 - bits)), port: port)
        case .inet6(let high, let low, let port):
            let kept = bits == 0 ? 0 : high & (.max << UInt64(max(0, 64 - bits)))
            let rest = bits <= 64 ? 0 : low & (.max << UInt64(128 - bits))
            return .inet6(kept, rest, port: port)
        case .unix: return address
        }
    }
}

extension Network {
    /// What is wrong with what `--trust-proxy` was given; `nil` where all of it can be read.
    public static func fault(in texts: [String]) -> UsageError? {
        guard let text = texts.first(where: { Network($0) == nil }) else { return nil }
        return UsageError(
            "--trust-proxy takes an address or a network, not '\(text)'",
            hint: "as in --trust-proxy 10.0.0.0/8 or --trust-proxy 127.0.0.1")
    }
}
