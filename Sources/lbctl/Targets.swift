import Basics
import Control
import Kernel
import Supervision

/// What a verb could be told to act on, as the running service knows it; for completion, so nobody
/// is waited for and nothing is complained of.
enum Targets {
    private static let patience = Nanoseconds.milliseconds(300)

    /// Ports, names, types and `all`, each with what it means.
    static func alive(_ service: String) -> [(String, String)] {
        let children = children(of: service)
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

    /// Names and types of those that may be heard in the log.
    static func names(_ service: String) -> [(String, String)] {
        let children = children(of: service)
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

    private static func children(of service: String) -> [ChildStatus] {
        guard let folder = try? RuntimeFolder(name: service) else { return [] }
        return RunningService.status(of: folder, within: patience)?.children ?? []
    }
}
