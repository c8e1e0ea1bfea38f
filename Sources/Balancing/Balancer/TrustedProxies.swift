import Kernel

/// The proxies that are believed when they name a client's address.
struct TrustedProxies {
    private let networks: [Network]

    init(_ networks: [Network]) { self.networks = networks }

    /// As `--trust-proxy` names them.
    init(named words: [String]) { self.init(words.compactMap { Network($0) }) }

    func contains(_ address: Address) -> Bool {
        !networks.isEmpty && networks.contains { $0.contains(address) }
    }
}
