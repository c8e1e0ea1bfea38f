import Basics
import Control

/// Makes a plan of each child: its line's words, what the flags say of its type, and what the
/// balancer makes of a backend.
struct ChildPlanner {
    let flags: Topology.Flags
    let reader: CommandReader
    /// What the balancer's command line says; `nil` where it is not lb-balancer.
    let options: BalancerOptions?

    /// The copies of a type with the ports that they have been given.
    func plans(of type: TypeCopies, ports: [UInt16]) throws(Refusal) -> [ChildPlan] {
        var plans: [ChildPlan] = []
        for (name, port) in zip(type.names, ports) {
            let words = try reader.words(of: type.line, name: name, port: port)
            var plan = plan(type.line.type, name: name, role: type.role, port: port, words: words)
            if type.role == .backend { fit(&plan) }
            plan.faults = FaultFlags(said: flags.faults).faults(of: plan)
            plans.append(plan)
        }
        return plans
    }

    /// lb-balancer as often as it is wanted, or what stands in its place. Of `backends` it depends
    /// how it checks them.
    func plans(of balancer: BalancerPlan, backends: [ChildPlan]) -> [ChildPlan] {
        switch balancer.program {
        case .foreign(let words, let port):
            return [plan("balancer", name: "balancer", role: .other, port: port, words: words)]
        case .own(let command, _):
            let command = Self.completed(command, backends)
            let count = flags.balancers ?? 1
            return (0..<count).map { index in
                var plan = plan(
                    "balancer", name: count == 1 ? "balancer" : "balancer.\(index + 1)",
                    role: .balancer, port: balancer.port, words: command.words)
                plan.options = command.options
                return plan
            }
        }
    }

    /// lb-admin, which is no line of a Procfile.
    func plan(of admin: AdminPlan) -> ChildPlan {
        plan(admin.name, name: admin.name, role: .admin, port: admin.port, words: admin.words)
    }

    /// lb-echo is known to answer on /health: unless another check is asked for, it gets this one.
    private static func completed(
        _ command: BalancerCommand, _ backends: [ChildPlan]
    ) -> BalancerCommand {
        let command = command.withoutWeights()
        let areEchoes = !backends.isEmpty && backends.allSatisfy(\.isEcho)
        return areEchoes && command.options.mode == .http
            ? command.checking(path: "/health") : command
    }

    private func plan(
        _ type: String, name: String, role: ChildPlan.Role, port: UInt16, words: [ByteString]
    ) -> ChildPlan {
        var plan = ChildPlan(
            name: name, type: type, role: role, port: port, words: words,
            rule: flags.rule ?? (role == .other ? .onFailure : .always),
            restartDelay: flags.restartDelay)
        if plan.isRelease { plan.rule = .never }
        plan.startLimit = flags.startLimit ?? PlanLimits.start
        plan.stopLimit = flags.stops.limit(of: type)
        plan.stopSignal = flags.stops.signal(of: type, role)
        if role != .balancer {
            plan.hasTerminal = flags.terminals.contains { $0 == type || $0 == "all" }
            plan.mergesStreams = flags.merged.contains { $0 == type || $0 == "all" }
        }
        return plan
    }

    /// What the balancer says of a backend: its weight, and to lb-echo, unless it is told, in which
    /// mode to speak.
    private func fit(_ plan: inout ChildPlan) {
        guard let options else { return }
        let backend = options.backends.last {
            $0.name == plan.name || $0.endpoint.port == plan.port
        }
        plan.weight =
            options.weight(name: plan.name, type: plan.type, port: plan.port) ?? backend?.weight
            ?? BalancerOptions.Weight.usual
        let isTold = plan.words.contains { $0.hasPrefix("--mode") }
        if options.mode == .tcp && plan.isEcho && !isTold { plan.words += ["--mode", "tcp"] }
    }
}
