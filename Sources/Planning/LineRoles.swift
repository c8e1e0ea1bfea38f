import Basics
import Control

/// What the lines of a Procfile are to the service: its balancer, the type that is balanced, and
/// the types that run beside it.
struct LineRoles {
    /// The line of the balancer: one of the file, or the usual one where something is balanced and
    /// the file names no balancer.
    let balancer: Procfile.Line?
    /// The other types with their copies, in the order of the file.
    let types: [TypeCopies]
    /// Told once at the start.
    let notices: [String]

    /// Fails where the file names nothing to run.
    init(_ procfile: Procfile, _ flags: Topology.Flags) throws(Refusal) {
        if procfile.lines.isEmpty { throw Self.nothing(procfile) }
        let balanced = procfile.lines.first { Self.isBalanced($0.type) }
        let usual = balanced.map { _ in Procfile.Line(type: "balancer", command: "lb-balancer") }
        balancer = procfile.lines.first { $0.type == "balancer" } ?? usual
        types = procfile.lines.filter { $0.type != "balancer" }.map { line in
            line.type == balanced?.type
                ? TypeCopies(balanced: line, flags) : TypeCopies(other: line, flags)
        }
        notices = Self.notices(procfile, balanced: balanced?.type)
    }

    /// The type that is balanced, if one is.
    var balanced: TypeCopies? { types.first { $0.role == .backend } }

    private static func isBalanced(_ type: String) -> Bool { type == "backend" || type == "web" }

    private static func notices(_ procfile: Procfile, balanced: String?) -> [String] {
        guard let balanced else {
            return ["no 'backend' or 'web' in \(procfile.path): nothing is balanced"]
        }
        let second = procfile.lines.first { isBalanced($0.type) && $0.type != balanced }
        return second.map { ["'\(balanced)' is balanced; '\($0.type)' runs beside it"] } ?? []
    }

    private static func nothing(_ procfile: Procfile) -> Refusal {
        let lines = procfile.skipped
        return Refusal(
            what: "\(procfile.path) can't be used",
            why: "it names nothing to run"
                + (lines.isEmpty ? "" : ": \(Omissions.numbers(lines)) not 'type: command'"),
            advice: "a line is 'type: command', such as 'web: python3 -m http.server $PORT'")
    }
}

/// The copies of one line's type that are to run.
struct TypeCopies: Equatable {
    let line: Procfile.Line
    let role: ChildPlan.Role
    /// A name for each, in order.
    let names: [String]

    init(balanced line: Procfile.Line, _ flags: Topology.Flags) {
        let count =
            flags.backends ?? flags.formation.count(of: line.type) ?? PlanLimits.usualBackends
        self.line = line
        role = .backend
        names = (0..<count).map { "\(line.type).\($0 + 1)" }
    }

    /// A single copy of a type that is not balanced has the type's name alone.
    init(other line: Procfile.Line, _ flags: Topology.Flags) {
        let count = flags.formation.count(of: line.type) ?? 1
        self.line = line
        role = .other
        names = count == 1 ? [line.type] : (0..<count).map { "\(line.type).\($0 + 1)" }
    }

    /// Whether a name is, or was under another formation, that of one of the copies.
    func owns(_ name: String) -> Bool { name == line.type || name.hasPrefix(line.type + ".") }
}
