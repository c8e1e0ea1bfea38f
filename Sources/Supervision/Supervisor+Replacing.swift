import Basics
import Control
import Kernel

/// How one balancer takes over from another without anybody noticing.
///
/// The new one is started beside the old one and shares its listening sockets, which are the
/// supervisor's. When it is ready the old one is told to hand over: it takes in who waits, lets the
/// sockets go, and says on each further answer that the connection ends.
extension Supervisor {
    /// How long an old balancer may take to end after its own deadline.
    private static let graceAfterDrain = Nanoseconds.seconds(2)

    /// Begins to replace a balancer that serves; nothing where there is none that does.
    func replace(_ child: SupervisedChild) -> Replacement? {
        guard child.plan.role == .balancer,
            [.ready, .paused].contains(child.lifecycle.state)
        else { return nil }
        // Two who want the same are served by one.
        if child.plans.next == nil,
            let begun = replacements.first(where: { $0.old === child })
        {
            return begun
        }
        let successor = enrol(child.plans.next ?? child.plan)
        child.plans.changeWithdrawn()
        successor.becameSuccessor(of: child)
        children.append(successor)
        let replacement = Replacement(of: child, by: successor, now: now)
        replacements.append(replacement)
        goOn(with: replacement)
        return replacement
    }

    func goOnWithReplacements() {
        if replacements.isEmpty { return }
        for replacement in replacements { goOn(with: replacement) }
        replacements.removeAll { replacement in
            switch replacement.state {
            case .waiting, .starting: false
            case .done, .failed: true
            }
        }
    }

    private func goOn(with replacement: Replacement) {
        if replacement.state == .waiting {
            // Another one may take over first, and is then the one to be replaced.
            while let heir = replacement.old.membership.heir { replacement.old = heir }
            let isUnderWay = replacements.contains {
                $0.state == .starting && $0.old === replacement.old
            }
            if isUnderWay { return }
        }
        let successor = replacement.successor
        let old = replacement.old
        if [.stopping, .stopped].contains(old.lifecycle.state) || old.membership.heir != nil {
            abandon(replacement, "was stopped by somebody else")
            return
        }
        if replacement.state == .waiting {
            guard makeRoomForBalancer() else { return }
            replacement.state = .starting
            advance(successor) { $0.startRequested() }
        }
        switch successor.lifecycle.state {
        case .starting: return
        case .ready: handOver(replacement)
        case .draining, .stopping, .stopped, .backoff, .failed, .paused, .done:
            abandon(replacement, "goes on: its successor is not ready: \(successor.record.ending)")
        }
    }

    /// Whether one more balancer can have lanes of the scoreboard. Where it can't, the oldest of
    /// those that are leaving is asked to end without waiting for idle connections.
    private func makeRoomForBalancer() -> Bool {
        let leaving = children.filter {
            $0.plan.role == .balancer && $0.membership.isParting && $0.lifecycle.hasProcess
        }
        if leaving.count < Opening.mostLeaving(of: balancerCount) { return true }
        let oldest = leaving.min { $0.index < $1.index }
        if let oldest, oldest.lifecycle.state == .draining {
            log.say("\(oldest.title) has to make room for the next")
            let killAt = now + stopLimit(of: oldest)
            advance(oldest) { $0.stopRequested(killAt: killAt, now: now) }
        }
        return false
    }

    /// How many balancers there are to be.
    private var balancerCount: Int { plan.children.count { $0.role == .balancer } }

    private func abandon(_ replacement: Replacement, _ why: String) {
        replacement.state = .failed(why)
        let successor = replacement.successor
        successor.membership.removed()
        let killAt = now + stopLimit(of: successor)
        advance(successor) { $0.stopRequested(killAt: killAt, now: now) }
    }

    private func handOver(_ replacement: Replacement) {
        let old = replacement.old
        let successor = replacement.successor
        let pid = old.process?.pid
        successor.membership.tookOver()
        old.membership.removed(for: successor)
        children.removeAll { $0 === successor }
        let place = children.firstIndex { $0 === old } ?? children.endIndex
        children.insert(successor, at: place)
        replacement.state = .done(oldPid: pid ?? 0)
        old.process?.link?.handOver(within: plan.drainLimit)
        if let link = old.process?.link { watchLink(old, link) }
        let until = now + plan.drainLimit + Self.graceAfterDrain
        advance(old) {
            $0.drainRequested(
                until: until, then: .rest, stopLimit: old.plan.stopLimit, now: now)
        }
        log.say(
            "\(successor.title) takes over"
                + (pid.map { " from pid \($0), which answers what it has" } ?? ""))
    }
}
