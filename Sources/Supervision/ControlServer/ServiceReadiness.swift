import Basics
import Control
import Planning

/// Whether the whole service is ready, or never will be.
struct ServiceReadiness {
    /// What is known of one child that makes up the service.
    struct Child {
        let name: String
        let role: ChildPlan.Role
        let state: ChildState
        /// Whether it is a balancer that is not lbctl's own.
        var isForeignBalancer = false
        /// Whether it must still run for a while to be taken for ready.
        var isSettling = false
        /// Whether an attempt to start it has failed for a reason that may well stay.
        var isLate = false
        /// Whether it has been started again and again for as long as one start may take.
        var isTriedInVain = false
        /// Whether it has not been ready since it was first tried.
        var isUnready = false
        /// How long it is left alone before it is started again; nil where it is not.
        var pause: Nanoseconds?
        /// How its last process ended, or empty.
        var ending = ""
        /// The last lines that it said.
        var lastLines: () -> [String] = { [] }
    }

    let release: Release
    /// Whether the service is to go on.
    let isRunning: Bool
    /// Whether every balancer knows of all.
    let isAdopted: Bool
    let children: [Child]
    /// How the log is looked at, as it can be typed.
    let logs: String

    /// What those are answered that wait for it; nil while it is open.
    var answer: ControlReply? {
        switch release {
        case .running: if isRunning { return nil }
        case .failed(let refusal): return .refused(refusal)
        case .none, .ended: break
        }
        if !isRunning {
            return .refused(Refusal(what: "the service is not ready", why: "it is being stopped"))
        }
        let hopeless = children.filter(Self.isHopeless)
        if let child = hopeless.first { return refusal(child, hopeless.dropFirst().map(\.name)) }
        return isAdopted && children.allSatisfy(Self.isReady) ? .done : nil
    }

    private func refusal(_ child: Child, _ others: [String]) -> ControlReply {
        let lines = child.lastLines().map { "\n    \($0)" }.joined()
        let why = child.ending.isEmpty ? "it was not started" : child.ending
        let same = others.isEmpty ? "" : "the same goes for \(Figures.names(others)); "
        return .refused(
            Refusal(
                what: "\(child.name) is not ready", why: why + lines,
                advice: same + "\(logs) tells more"))
    }

    private static func isReady(_ child: Child) -> Bool {
        // One that has done its work need not go on.
        if child.role == .other && [.stopped, .done].contains(child.state) { return true }
        return child.state == .ready && !child.isSettling
    }

    private static func isHopeless(_ child: Child) -> Bool {
        switch child.state {
        case .failed: true
        case .stopped, .done: child.role != .other
        case .starting: child.isLate || child.isTriedInVain
        case .backoff:
            child.isLate || child.isTriedInVain || hasDiedUnready(child)
                || child.pause.map { $0 > Limits.distantStart } ?? false
        case .stopping: child.isLate
        case .ready, .paused, .draining: false
        }
    }

    /// A balancer that dies before it serves does so again: what it is told to do can't be done.
    /// Any other program may only have been too early.
    private static func hasDiedUnready(_ child: Child) -> Bool {
        child.isForeignBalancer || (child.role == .balancer && child.isUnready)
    }
}
