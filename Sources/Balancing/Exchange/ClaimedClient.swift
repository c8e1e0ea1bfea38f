import Basics
import HTTP1
import Kernel

extension Relay {
    /// The address that the proxies in front of us take the client for: of X-Forwarded-For the last
    /// address that is not one of theirs, or the first one where all are. `nil` where that is no
    /// address.
    func claimedClient(_ head: borrowing RequestHead, proxies: TrustedProxies) -> Address? {
        var claimed: Address?
        var isSettled = false
        head.forEachForwardedFor(in: queue.bytes.extracting(ready..<queue.count)) { element in
            let address = Self.address(string(element))
            let isProxy = address.map { proxies.contains($0) } ?? false
            if !isProxy || !isSettled { claimed = address }
            isSettled = true
        }
        return claimed
    }

    /// Reads `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
    private static func address(_ text: String) -> Address? {
        // A name is no address. People may write this one for 127.0.0.1, but a client that is
        // called so would count as one on this machine.
        if text.hasPrefix("localhost") { return nil }
        return switch Address(host: text, port: 0) ?? Address(text) {
        // A proxy that listens on IPv6 for both says `::ffff:192.0.2.1` of a client on IPv4.
        case let address? where address.port != nil: address.unmapped
        // No client is a path, and one that claims to be would be counted under no network.
        default: nil
        }
    }
}
