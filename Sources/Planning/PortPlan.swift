import Basics
import Control
import Kernel

/// Which port each child of a service is given, but for the balancer.
struct PortPlan {
    /// A port for each copy, by type in the order of `LineRoles.types`.
    let ports: [[UInt16]]
    /// Ports that the kernel has chosen, kept so that no other program is given them.
    let holds: [PortHold]
    /// Told once at the start.
    let notices: [String]

    /// Assigns the ports. `known` are those of children that run already, which stay as they are;
    /// `balancer` is lb-balancer's, if it runs.
    ///
    /// Fails where there are more children than ports.
    init(
        _ types: [TypeCopies], _ flags: Topology.Flags, _ environment: EnvironmentFile,
        balancer: BalancerPlan?, known: Topology.KnownPorts
    ) throws(Refusal) {
        var base = FirstPort(port: 0, notices: [])
        var reserved = 0..<0
        if let balanced = types.first(where: { $0.role == .backend }) {
            base = try FirstPort(balanced, flags, environment, balancer: balancer)
            if base.port != 0 { reserved = base.port..<base.port + balanced.names.count }
        }
        notices = base.notices
        var ports: [[UInt16]] = []
        var otherBase = PlanLimits.firstOtherPort
        for type in types {
            if type.role == .backend {
                ports.append(reserved.map { UInt16($0) })
            } else {
                ports.append(
                    try Self.others(type, from: otherBase, sparing: reserved, known: known))
                otherBase += PlanLimits.portsATypeHas
            }
        }
        var holds: [PortHold] = []
        if reserved.isEmpty, let index = types.firstIndex(where: { $0.role == .backend }) {
            var taken = Set(known.backends).union(known.others.values).union(ports.joined())
            if let balancer { taken.insert(balancer.port) }
            ports[index] = try Self.chosen(
                types[index].names.count, known: known.backends, sparing: taken, &holds)
        }
        self.ports = ports
        self.holds = holds
    }

    /// A hundred ports for each type that is not balanced, as foreman gives them.
    private static func others(
        _ type: TypeCopies, from first: Int, sparing reserved: Range<Int>,
        known: Topology.KnownPorts
    ) throws(Refusal) -> [UInt16] {
        var base = first
        // A type that is new gets what no child has.
        while known.others.contains(where: { $0.value == base && !type.owns($0.key) })
            || reserved.overlaps(base..<base + type.names.count)
        {
            base += PlanLimits.portsATypeHas
        }
        var ports: [UInt16] = []
        for (index, name) in type.names.enumerated() {
            guard let port = known.others[name] ?? UInt16(exactly: base + index) else {
                throw Refusal(
                    what: type.line.fault,
                    why: "there is no port left for '\(name)': a type's ports lie a hundred apart "
                        + "from \(PlanLimits.firstOtherPort) on, and the last one is "
                        + "\(UInt16.max)",
                    advice: "run fewer types in one service")
            }
            ports.append(port)
        }
        return ports
    }

    /// Ports of the kernel's choice for backends, but for those that have one. A child that runs
    /// may be between two processes, so no port is taken that any of them has been given.
    private static func chosen(
        _ count: Int, known: [UInt16], sparing taken: Set<UInt16>, _ holds: inout [PortHold]
    ) throws(Refusal) -> [UInt16] {
        var ports = Array(known.prefix(count))
        while ports.count < count {
            let hold = try Ports.unused()
            holds.append(hold)
            if !taken.contains(hold.port) { ports.append(hold.port) }
        }
        return ports
    }
}

/// The first port of the type that is balanced.
struct FirstPort: Equatable {
    /// 0 where the kernel is to choose.
    let port: Int
    let notices: [String]

    init(port: Int, notices: [String]) {
        self.port = port
        self.notices = notices
    }

    /// A flag goes before `PORT` in `.env`, which foreman takes too, and that before the default.
    /// Fails where the last port would be too high.
    init(
        _ balanced: TypeCopies, _ flags: Topology.Flags, _ environment: EnvironmentFile,
        balancer: BalancerPlan?
    ) throws(Refusal) {
        let count = balanced.names.count
        let usual = Int(flags.basePort ?? PlanLimits.usualBasePort)
        var chosen = FirstPort(port: usual, notices: [])
        if let text = environment.value("PORT")?.text, flags.basePort == nil {
            let own = balancer?.command == nil ? nil : balancer.map { Int($0.port) }
            chosen = Self.said(text, usual: usual, balanced, balancer: own)
        }
        if chosen.port + count > Int(UInt16.max) + 1 {
            throw Refusal(
                what: "\(count) backends can't have ports from \(chosen.port) on",
                why: "the last port is \(UInt16.max)", advice: "choose a lower --base-port")
        }
        self = chosen
    }

    /// What `PORT` in `.env` makes of it.
    private static func said(
        _ text: String, usual: Int, _ balanced: TypeCopies, balancer: Int?
    ) -> FirstPort {
        guard let port = UInt16(text).map(Int.init), port != 0 else {
            return FirstPort(
                port: usual, notices: ["PORT=\(text) in .env is no port, and left out"])
        }
        let type = balanced.line.type
        if let balancer, (port..<port + balanced.names.count).contains(balancer) {
            return FirstPort(
                port: usual,
                notices: [
                    "PORT=\(port) in .env is left out: it is the balancer's port, and "
                        + "'\(type)' has ports from \(usual) on"
                ])
        }
        return FirstPort(
            port: port, notices: ["'\(type)' has ports from \(port) on, as PORT in .env says"])
    }
}
