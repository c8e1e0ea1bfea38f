import Basics
import Control
import Planning

/// The balancers that take over from others without a request being lost.
///
/// The new one is started beside the old one and shares its listening sockets, which are the
/// supervisor's. When it is ready the old one is told to hand over: it takes in what waits there,
/// lets the sockets go, and says on each further answer that the connection ends.
struct Replacements {
    /// What is to be done.
    enum Act: Equatable {
        /// Make a child that is to take over from another, and tell it by `enrolled`.
        case enrolSuccessor(of: ChildNumber, replacement: Int)
        /// Have a balancer that is leaving end without waiting for idle connections.
        case hasten(ChildNumber)
        case start(ChildNumber)
        /// The successor is ready: the old one finishes what it has.
        case handOver(from: ChildNumber, to: ChildNumber)
        /// The successor is not wanted.
        case abandon(ChildNumber)
    }

    private enum State: Equatable {
        /// There is no room for one more yet.
        case waiting
        case starting
        /// The new one accepts, and the old one, which had this pid, answers what it has.
        case done(oldPid: Int32)
        case failed(String)

        var isOver: Bool {
            switch self {
            case .waiting, .starting: false
            case .done, .failed: true
            }
        }
    }

    private struct Replacement {
        let number: Int
        var old: ChildNumber
        /// Nil until it is enrolled.
        var successor: ChildNumber?
        let begunAt: Instant
        var state = State.waiting
    }

    private var replacements: [Replacement] = []
    private var begunSoFar = 0

    /// Whether there is none under way.
    var isEmpty: Bool { replacements.isEmpty }

    /// A balancer that serves is to be replaced. Two requests for the same are served by one
    /// replacement, unless it is to be another than it is. Returns the replacement's number.
    mutating func requested(_ child: ChildFacts, now: Instant) -> Int {
        let begun = replacements.first { $0.old == child.child && !$0.state.isOver }
        if let begun, !child.hasNextPlan { return begun.number }
        begunSoFar += 1
        replacements.append(Replacement(number: begunSoFar, old: child.child, begunAt: now))
        return begunSoFar
    }

    /// The child is there that is to take over.
    mutating func enrolled(_ successor: ChildNumber, for number: Int) {
        guard let index = replacements.firstIndex(where: { $0.number == number }) else { return }
        replacements[index].successor = successor
    }

    /// Goes on with all of them, as far as it can be at present. What is returned is to be done
    /// before this is asked again.
    mutating func tick(_ facts: ServiceFacts) -> [Act] {
        for index in replacements.indices {
            if let act = goOn(index, facts) { return [act] }
        }
        return []
    }

    private mutating func goOn(_ index: Int, _ facts: ServiceFacts) -> Act? {
        if replacements[index].state.isOver { return nil }
        guard let successor = replacements[index].successor else {
            if facts.child(replacements[index].old) == nil {
                replacements[index].state = .failed("was stopped by another request")
                return nil
            }
            return .enrolSuccessor(
                of: replacements[index].old, replacement: replacements[index].number)
        }
        if replacements[index].state == .waiting { followSuccessors(index, facts) }
        let number = replacements[index].old
        guard let old = facts.child(number), !hasEnded(old) else {
            return abandon(index, successor, "was stopped by another request")
        }
        if replacements[index].state == .waiting {
            let isUnderWay = replacements.contains { $0.state == .starting && $0.old == number }
            if isUnderWay { return nil }
            return begin(index, successor, facts)
        }
        guard let new = facts.child(successor) else {
            return abandon(index, successor, "goes on: its successor is gone")
        }
        switch new.state {
        case .starting: return nil
        case .ready:
            replacements[index].state = .done(oldPid: old.pid)
            return .handOver(from: number, to: successor)
        case .draining, .stopping, .stopped, .backoff, .failed, .paused, .done:
            return abandon(
                index, successor, "goes on: its successor is not ready: \(new.ending)")
        }
    }

    /// Another one may take over first, and is then the one to be replaced.
    private mutating func followSuccessors(_ index: Int, _ facts: ServiceFacts) {
        while let next = facts.child(replacements[index].old)?.successor {
            replacements[index].old = next
        }
    }

    private func hasEnded(_ old: ChildFacts) -> Bool {
        [.stopping, .stopped].contains(old.state) || old.successor != nil
    }

    /// Starts the successor where the scoreboard has numbers for the workers of one more. Where it
    /// can't, the oldest of those that are leaving is asked to make room.
    private mutating func begin(
        _ index: Int, _ successor: ChildNumber, _ facts: ServiceFacts
    ) -> Act? {
        let leaving = facts.leavingBalancers()
        if leaving.count < facts.mostLeavingBalancers {
            replacements[index].state = .starting
            return .start(successor)
        }
        let oldest = leaving.min { $0.child < $1.child }
        guard let oldest, oldest.state == .draining else { return nil }
        return .hasten(oldest.child)
    }

    private mutating func abandon(
        _ index: Int, _ successor: ChildNumber, _ why: String
    ) -> Act {
        replacements[index].state = .failed(why)
        return .abandon(successor)
    }

    /// What has become of a replacement, and which of the two children serves.
    func outcome(_ number: Int, now: Instant) -> (outcome: StepOutcome, serving: ChildNumber?) {
        guard let replacement = replacements.first(where: { $0.number == number }) else {
            return (.failed("was stopped by another request"), nil)
        }
        switch replacement.state {
        case .waiting, .starting: return (.underWay, replacement.old)
        case .done(let pid):
            let span = Figures.text(now.since(replacement.begunAt))
            return (
                .done("replaced after \(span); pid \(pid) answers what it has"),
                replacement.successor
            )
        case .failed(let why): return (.failed(why), replacement.old)
        }
    }

    /// Those that are over have been told.
    mutating func forgetThoseOver() { replacements.removeAll { $0.state.isOver } }

    /// The service ends, and with it all of them.
    mutating func cancelled() { replacements = [] }
}
