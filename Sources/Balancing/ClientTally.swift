import Kernel
import Synchronization

/// How many connections each client has, counted for all workers together.
///
/// It is asked once a connection, and holds no more entries than there are connections.
final class ClientTally: Sendable {
    private let most: Int
    private let counts = Mutex<[ClientKey: Int]>([:])

    init(most: Int) { self.most = most }

    /// Counts a connection; false, and not counted, where the client has as many as it may.
    func enter(_ client: ClientKey) -> Bool {
        counts.withLock { counts in
            let count = counts[client, default: 0]
            if count >= most { return false }
            counts[client] = count + 1
            return true
        }
    }

    /// A counted connection is closed.
    func leave(_ client: ClientKey) {
        counts.withLock { counts in
            let count = counts[client, default: 1] - 1
            counts[client] = count == 0 ? nil : count
        }
    }
}

/// Who is one client: an IPv4 address, or the 64 bits of an IPv6 address that name a network,
/// within which anybody may have any number of addresses.
enum ClientKey: Hashable {
    case inet(UInt32)
    case network6(UInt64)

    init?(_ address: Address) {
        switch address {
        case .inet(let number, _): self = .inet(number)
        case .inet6(let high, _, _): self = .network6(high)
        case .unix: return nil
        }
    }
}
