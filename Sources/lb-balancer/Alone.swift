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
            let endpoint = backend.endpoint
            let port = endpoint.port ?? 0
            let name = backend.name ?? "\(endpoint)"
            members.append(
                RosterMember(
                    slot: BackendSlot(UInt32(slot)), generation: 1,
                    name: name, address: "\(endpoint)", fact: .ready,
                    weight: options.weight(name: name, type: "", port: port) ?? backend.weight))
        }
        for weight in options.weights where weight.target != "all" {
            let ports = options.backends.compactMap { $0.endpoint.port.map { String($0) } }
            if (members.map(\.name) + ports).contains(weight.target) { continue }
            throw UsageError(
                "--weight \(weight.target)=\(weight.weight) fits no backend",
                hint: "the backends are \(members.map(\.name).joined(separator: ", "))")
        }
        let names = options.backends.compactMap(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw UsageError(
                "two backends are called '\(twice)'", hint: "give each a name of its own")
        }
        return RosterWord(version: 1, members: members)
    }
}
