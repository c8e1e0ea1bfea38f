import Kernel

/// The proxies whose word about a client is believed.
struct TrustedProxies {
    private let networks: [Network]

    init(_ networks: [Network]) { self.networks = networks }

    func contains(_ address: Address) -> Bool {
        !networks.isEmpty && networks.contains { $0.contains(address) }
    }
}
