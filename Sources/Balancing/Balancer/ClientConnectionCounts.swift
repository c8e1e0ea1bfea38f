import Kernel
import Synchronization

/// How many connections each client has, counted for all workers together.
///
/// It is asked once a connection, and holds no more entries than there are connections.
final class ClientConnectionCounts: Sendable {
    private let most: Int
    private let counts = Mutex<[ClientNetwork: Int]>([:])

    init(most: Int) { self.most = most }

    /// Counts a connection; false, and not counted, where the client has as many as it may.
    func enter(_ client: ClientNetwork) -> Bool {
        counts.withLock { counts in
            let count = counts[client, default: 0]
            if count >= most { return false }
            counts[client] = count + 1
            return true
        }
    }

    /// A counted connection is closed.
    func leave(_ client: ClientNetwork) {
        counts.withLock { counts in
            let count = counts[client, default: 1] - 1
            counts[client] = count == 0 ? nil : count
        }
    }
}
