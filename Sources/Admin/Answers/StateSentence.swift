import Basics
import Control

/// The state of a service in one sentence: the page's head, and what `/readyz` says.
enum StateSentence {
    static func text(_ status: ServiceStatus) -> String {
        if status.phase == .stopping { return "'\(status.name)' is being stopped." }
        let backends = status.children.filter { $0.weight != nil }
        if backends.isEmpty {
            return "Nothing is balanced; "
                + "\(Figures.count(UInt64(status.children.count), "process")) run."
        }
        let serving = backends.filter { $0.state == .ready && $0.health == .up }
        let verb = serving.count == 1 ? "serves" : "serve"
        let count =
            serving.isEmpty
            ? "No backend serves" : "\(serving.count) of \(backends.count) backends \(verb)"
        let others = backends.filter { $0.state != .ready || $0.health != .up }
        if others.isEmpty { return count + "." }
        let words = others.prefix(3).map { "\($0.name) \($0.reason)" }
        let rest = others.count > 3 ? " and \(others.count - 3) more do not" : ""
        return count + "; " + words.joined(separator: ", ") + rest + "."
    }
}

extension ChildStatus {
    fileprivate var reason: String {
        state == .ready ? "is taken for down" : state.phrase
    }
}
