import Basics
import Control
import Kernel

/// The roster of a balancer without a supervisor: what `--backend` says, all of it ready.
enum Alone {
    static func roster(_ options: BalancerOptions) throws(UsageError) -> RosterWord {
        if options.backends.isEmpty {
            throw UsageError(
                "no backend was named",
                hint: "name one with --backend 127.0.0.1:3000, or start all with 'lbctl up'")
        }
        var members: [RosterMember] = []
        for (slot, backend) in options.backends.enumerated() {
            let endpoint = Endpoint(backend.address)
            let port = try port(endpoint)
            let name = backend.name ?? "\(endpoint)"
            members.append(
                RosterMember(
                    slot: BackendSlot(UInt32(slot)), generation: 1,
                    name: name, address: "\(endpoint)", fact: .ready,
                    weight: options.weight(name: name, type: "", port: port) ?? backend.weight))
        }
        for weight in options.weights where weight.target != "all" {
            let isThere = members.contains {
                $0.name == weight.target || $0.address.hasSuffix(":\(weight.target)")
            }
            if isThere { continue }
            throw UsageError(
                "--weight \(weight.target)=\(weight.weight) is for nobody that is there",
                hint: "the backends are \(members.map(\.name).joined(separator: ", "))")
        }
        let names = options.backends.compactMap(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw UsageError(
                "two backends are called '\(twice)'", hint: "give each a name of its own")
        }
        return RosterWord(version: 1, members: members)
    }

    /// The port that a backend is known by; 0 for a path.
    private static func port(_ endpoint: Endpoint) throws(UsageError) -> UInt16 {
        let address: Address?
        switch endpoint {
        case .local(let port): address = .loopback(port: port)
        case .address(let text): address = Address(text)
        }
        guard let address, address.port != 0 else {
            throw UsageError(
                "--backend takes a port, or ADDR:PORT with a numeric address or localhost, not "
                    + "'\(endpoint)'",
                hint: "as in --backend 3000 or --backend 10.0.0.5:3000")
        }
        return address.port ?? 0
    }
}
