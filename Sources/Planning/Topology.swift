import Basics
import Control
import Kernel

/// What is to run, as the flags of `up`, the Procfile and the defaults say together.
public struct Topology {
    /// The ports of children that run already.
    public struct KnownPorts: Sendable {
        /// Of the balanced ones, in their order, whatever their type is called now.
        public var backends: [UInt16] = []
        /// By name.
        public var others: [String: UInt16] = [:]

        public init() {}
    }

    /// Where lb-balancer is to listen; empty where there is none.
    public let listen: [Address]
    /// How long a backend may take to finish what it has before a planned end.
    public let drainLimit: Nanoseconds
    /// The balancer first, then the others in the order of the file.
    public let children: [ChildPlan]
    /// To be said once where the service starts.
    public let notices: [String]
    /// What may be meant as it is, but often is not; for `check` to tell.
    public let doubts: [String]
    /// The ports that the kernel chose, until our programs that are given them hold them.
    public let holds: [PortHold]

    /// Works out the children; fails with what is wrong with the Procfile or the flags.
    ///
    /// `ports` are those of children that run already, by name: these stay as they are, wherever
    /// their line stands now; `nil` where the service is only about to run.
    public init(
        _ procfile: Procfile, flags: Flags, environment: EnvironmentFile, ports: KnownPorts? = nil
    ) throws(Refusal) {
        let roles = try LineRoles(procfile, flags)
        // Of a service that runs a type may have left the file since a flag named it.
        if ports == nil { try flags.check(against: procfile.lines.map(\.type)) }
        let reader = CommandReader(environment: environment)
        let balancer: BalancerPlan? =
            if let line = roles.balancer { try BalancerPlan(line, flags, reader) } else { nil }
        let given = try PortPlan(
            roles.types, flags, environment, balancer: balancer, known: ports ?? KnownPorts())
        let planner = ChildPlanner(
            flags: flags, reader: reader, options: balancer?.command?.options)
        var others: [ChildPlan] = []
        for (type, ports) in zip(roles.types, given.ports) {
            others += try planner.plans(of: type, ports: ports)
        }
        let backends = others.filter { $0.role == .backend }
        let first = balancer.map { planner.plans(of: $0, backends: backends) } ?? []
        let admin = try AdminPlan(
            flags.admin, types: procfile.lines.map(\.type), known: ports ?? KnownPorts(),
            sparing: Set((first + others).map(\.port)))
        children = first + others + (admin.map { [planner.plan(of: $0)] } ?? [])

        let unmet = try FaultFlags(said: flags.faults).check(against: others)
        let options = balancer?.command?.options
        listen = balancer?.listen ?? []
        drainLimit = options?.drainTimeout ?? BalancerOptions().drainTimeout
        holds =
            given.holds.filter { hold in
                others.contains { $0.port == hold.port && $0.isEcho }
            } + [admin?.hold].compactMap(\.self)
        notices =
            Omissions.notices(procfile, environment) + (balancer?.notices ?? []) + given.notices
            + roles.notices + (admin?.notices ?? []) + unmet
            + (balancer?.unusedWeights(among: first + others) ?? [])
            + (options == nil ? Self.unheard(flags.balancer) : [])
        let doubts = LineDoubts(reader: reader, children: first + others)
        self.doubts = procfile.lines.flatMap { line in
            doubts.sentences(on: line, isBalanced: line.type == roles.balanced?.line.type)
        }
    }

    /// A notice that words for the balancer reach no lb-balancer.
    private static func unheard(_ words: [String]) -> [String] {
        words.isEmpty
            ? [] : ["there is no balancer to be told \(words.joined(separator: " "))"]
    }
}
