import Basics
import Control
import Logs
import Planning

/// Whether a backend can be chosen, by what the balancers are told of the backends and what they
/// make of them: it is decided here alone, whatever the cause was.
struct ServiceAvailability {
    /// What is so of a backend.
    struct Backend {
        let name: String
        let state: ChildState
        /// What the balancers are told of it.
        let fact: MemberFact
        let weight: UInt32
        /// What they make of it.
        let isUp: Bool
        /// From when on requests may wait for it; `never` where none does.
        let returns: Instant

        fileprivate var canBeChosen: Bool { fact == .ready && weight > 0 }

        /// `is draining`, `has weight 0`.
        fileprivate var words: String {
            fact == .ready && weight == 0 ? "has weight 0" : state.phrase
        }
    }

    private enum State: Equatable {
        /// None could be chosen so far.
        case notYet
        case up
        /// The checks of all that could be chosen fail.
        case doubtful
        case down(since: Instant)
    }

    private var state = State.notYet
    /// Whether something has changed that it goes by.
    private var isDue = false

    /// The balancers are told something else of the backends, or make something else of them.
    mutating func changed() { isDue = true }

    /// Looks at the backends where something has changed, and returns what is to be told.
    /// `isHeld`: what has happened to a backend is about to be told first.
    mutating func look(
        _ backends: @autoclosure () -> [Backend], _ unit: WorkUnit, isHeld: Bool, now: Instant
    ) -> ServiceEvent? {
        if !isDue || isHeld { return nil }
        isDue = false
        let backends = backends()
        if backends.isEmpty { return nil }
        let eligible = backends.filter { $0.canBeChosen }
        if eligible.isEmpty { return noneIsLeft(backends, unit, now) }
        if !eligible.contains(where: { $0.isUp }) { return allFail() }
        defer { state = .up }
        return isBack(now)
    }

    private mutating func noneIsLeft(
        _ backends: [Backend], _ unit: WorkUnit, _ now: Instant
    ) -> ServiceEvent? {
        if case .down = state { return nil }
        let isComing = backends.contains { $0.returns != .never }
        // While it begins it is not down, unless nothing is to come of it.
        if state == .notYet && isComing { return nil }
        state = .down(since: now)
        let words = backends.prefix(Limits.backendsNamed).map { "\($0.name) \($0.words)" }
        return ServiceEvent(.serviceDown).with(.backends, words).with(.count, backends.count)
            .with(.meanwhile, isComing ? unit.whileWaiting : unit.withoutBackend)
    }

    private mutating func allFail() -> ServiceEvent? {
        if state == .doubtful { return nil }
        state = .doubtful
        return ServiceEvent(.allChecksFailed)
    }

    private func isBack(_ now: Instant) -> ServiceEvent? {
        guard case .down(let since) = state else { return nil }
        return ServiceEvent(.serviceUp).with(.after, now.since(since))
    }
}
