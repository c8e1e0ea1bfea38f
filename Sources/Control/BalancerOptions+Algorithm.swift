import Basics

extension BalancerOptions {
    /// Fails where a balancer with these options can't choose by an algorithm: by the same rules as
    /// at its start.
    public func refuse(_ algorithm: Algorithm) throws(UsageError) {
        var wanted = self
        wanted.algorithm = algorithm
        // It is for hashed keys, and may wait until keys are hashed again.
        wanted.hashBalanceFactor = nil
        try wanted.refuseContradictions()
    }
}

extension BalancerOptions.Algorithm {
    /// In which order backends are asked whether they may be chosen.
    public enum Order: Sendable {
        /// Each in its turn, by its weight.
        case turns
        /// All, or a sample: the cheapest.
        case least
        /// Two drawn by chance: the cheaper.
        case twoDraws
        /// From where a key falls on a ring.
        case ring
    }

    /// What makes one backend dearer than another.
    public enum Measure: Sendable {
        case nothing
        /// What it has in flight, and its failures of late.
        case inFlight
        /// How long it takes, and what it has in flight.
        case responseTime
    }

    /// What an algorithm consists of: the one table of them. Code that needs to know one thing
    /// about an algorithm asks this table, and never compares names.
    public var traits: (order: Order, measure: Measure) {
        switch self {
        case .roundRobin: (.turns, .nothing)
        case .leastConnections: (.least, .inFlight)
        case .leastResponseTime: (.least, .responseTime)
        case .random: (.twoDraws, .inFlight)
        case .hash: (.ring, .nothing)
        }
    }

    /// Whether requests have a key, by which they are sent.
    public var hashesKeys: Bool { traits.order == .ring }

    /// The names of all but the default, as a sentence lists them.
    static var others: String {
        let names = allCases.filter { $0 != BalancerOptions().algorithm }.map(\.rawValue)
        return names.dropLast().joined(separator: ", ") + " or \(names.last ?? "")"
    }
}
