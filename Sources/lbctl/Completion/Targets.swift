import Basics
import Control
import Kernel
import Supervision

/// What a verb could be told to act on, as the running service knows it; for completion, so a
/// service that does not answer is not waited for, and no fault is told.
enum Targets {
    private static let patience = Nanoseconds.milliseconds(300)

    /// Ports, names, types and `all`, each with what it means.
    static func alive(_ children: [ChildStatus]) -> [(String, String)] {
        if children.isEmpty { return [] }
        var found: [(String, String)] = []
        for child in children {
            let what = "\(child.name), \(child.state.word)"
            if let port = child.port { found.append(("\(port)", what)) }
            found.append((child.name, child.port.map { "port \($0), \(child.state.word)" } ?? what))
        }
        for type in types(of: children) { found.append((type, "all of this type")) }
        return found + [("all", "all of them")]
    }

    /// What can be given a weight.
    static func weighed(_ children: [ChildStatus]) -> [(String, String)] {
        alive(children).map { ($0.0 + "=", $0.1) }
    }

    /// Names and types of what may have written in the log.
    static func names(_ children: [ChildStatus]) -> [(String, String)] {
        if children.isEmpty { return [] }
        return children.map { ($0.name, $0.state.word) }
            + types(of: children).map { ($0, "all of this type") }
            + [("lbctl", "its own sentences")]
    }

    /// Those types that are not the name of one of them.
    private static func types(of children: [ChildStatus]) -> [String] {
        var types: [String] = []
        for child in children
        where !types.contains(child.type) && !children.contains(where: { $0.name == child.type }) {
            types.append(child.type)
        }
        return types
    }

    /// The processes of a service; none where it does not answer in time.
    static func children(of service: String) -> [ChildStatus] {
        guard let folder = try? RuntimeFolder(name: service) else { return [] }
        return RunningService.status(of: folder, within: patience)?.children ?? []
    }
}
