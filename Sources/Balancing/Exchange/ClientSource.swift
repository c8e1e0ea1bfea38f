import Basics
import Kernel

/// The client of a connection, as far as is known: by the connection itself, or by what the proxy
/// in front of it has said.
struct ClientSource {
    /// The address as text, without the port.
    var address: InlineText
    var port: UInt16
    /// On this machine.
    var isLocal: Bool
    /// A proxy that is believed when it names its own clients.
    var isTrusted: Bool
    /// The network that the rules for clients count it under; `nil` where there is no such address.
    var network: ClientNetwork?

    init(_ source: Address, isTrusted: Bool) {
        address = source.inlineHost
        port = source.port ?? 0
        isLocal = source.isLoopback
        self.isTrusted = isTrusted
        network = ClientNetwork(source)
    }
}

extension Address {
    /// The host as text in place; no memory is asked for where it is IPv4 or ::1.
    var inlineHost: InlineText {
        var text = InlineText()
        switch self {
        case .inet(let number, _):
            for shift in [24, 16, 8, 0] as [UInt32] {
                let octet = UInt8(truncatingIfNeeded: number >> shift)
                if octet >= 100 { text.append(48 + octet / 100) }
                if octet >= 10 { text.append(48 + octet / 10 % 10) }
                text.append(48 + octet % 10)
                if shift > 0 { text.append(46) }
            }
        case .inet6(0, 1, _):
            text.append(Ascii.colon)
            text.append(Ascii.colon)
            text.append(49)
        case .inet6, .unix: text.append(host.utf8.span)
        }
        return text
    }
}
