import Basics
import Control
import Planning

/// How the whole service ends: by when, in which order, and how often it is told what it waits for.
///
/// The balancers end first, since they finish what the others answer.
struct Shutdown {
    /// Whether the service is to go on.
    enum Phase: Equatable {
        case running
        /// Everything is ending; what still runs at that time is killed. `never` gives each child
        /// its own time, from the moment on in which it is asked to end.
        case leaving(killAt: Instant)
        case over
    }

    /// What has come of a request to end.
    enum Response: Equatable {
        /// The end begins.
        case begun
        /// It was under way, and may come sooner now.
        case hastened
        case nothing
    }

    /// What is so of a child.
    struct Child {
        var isBalancer: Bool
        var hasProcess: Bool
        var state: ChildState
        /// How long it may take to end where the service gives it no less.
        var stopLimit: Nanoseconds

        fileprivate var isBalancing: Bool { isBalancer && hasProcess }
    }

    /// What is done about a child.
    enum Order: Equatable {
        /// It is left as it is.
        case nothing
        /// It is asked to end for good, and killed at that moment.
        case stop(killAt: Instant)
        /// It is killed at once.
        case kill
    }

    /// What is done once all children have ended.
    enum Conclusion: Equatable {
        /// The commands of `--on-event` have not been told all, and have time.
        case wait
        /// It is told that the service is stopped.
        case tellStopped
        case finish
    }

    private(set) var phase = Phase.running
    private var nextReminder = Instant.never
    /// When the commands of `--on-event` have had their time; `never` before all children have
    /// ended.
    private var messagesEnd = Instant.never
    private var isStopTold = false

    var isRunning: Bool { phase == .running }
    var isLeaving: Bool { !isRunning && !isOver }
    var isOver: Bool { phase == .over }

    /// The service is to end, within this time where one is given.
    mutating func requested(within time: Nanoseconds?, now: Instant) -> Response {
        var killAt = time.map { now + $0 } ?? .never
        let response: Response
        switch phase {
        case .running: response = .begun
        case .leaving(let before):
            killAt = min(before, killAt)
            response = .hastened
        case .over: return .nothing
        }
        phase = .leaving(killAt: killAt)
        nextReminder = now + Limits.shutdownReminder
        return response
    }

    /// The guardian is gone, and nothing watches over the supervisor any more.
    mutating func guardianDied(now: Instant) -> Response {
        if case .leaving(let killAt) = phase, killAt.since(now) <= Limits.orphanedTime {
            return .nothing
        }
        return requested(within: Limits.orphanedTime, now: now)
    }

    /// What is done about each child when the end has been requested, also once more.
    func ordersAtRequest(_ children: [Child], now: Instant) -> [Order] {
        guard case .leaving(let killAt) = phase else { return children.map { _ in .nothing } }
        let hasBalancer = children.contains { $0.isBalancing }
        return children.map { child in
            // The others outlive the balancers, which see first to what they have.
            let isDue = child.isBalancer || (killAt <= now && !hasBalancer)
            if !isDue && child.hasProcess && child.state != .stopping { return .nothing }
            return order(for: child, by: killAt, now: now)
        }
    }

    /// What is done about each child as the end goes on.
    func orders(_ children: [Child], now: Instant) -> [Order] {
        guard case .leaving(let killAt) = phase else { return children.map { _ in .nothing } }
        let hasBalancer = children.contains { $0.isBalancing }
        var end = killAt
        if hasBalancer {
            // The balancers have had their last moment: nothing waits for them any longer.
            if killAt == .never || now < killAt + Limits.lastMoment {
                return children.map { _ in .nothing }
            }
            end = now
        }
        return children.map { child in
            child.state == .stopping ? .nothing : order(for: child, by: end, now: now)
        }
    }

    private func order(for child: Child, by killAt: Instant, now: Instant) -> Order {
        // A balancer has a moment in any case to answer, reset and log what it has.
        if killAt <= now && !child.isBalancing { return .kill }
        let limit = killAt == .never ? now + child.stopLimit : killAt
        return .stop(killAt: child.isBalancing ? max(limit, now + Limits.lastMoment) : limit)
    }

    /// Time has passed. Returns whether it is to be told what the end waits for.
    mutating func timePassed(now: Instant) -> Bool {
        guard nextReminder < now else { return false }
        nextReminder = now + Limits.shutdownReminder
        return true
    }

    /// All children have ended. `hasMessages` says whether commands of `--on-event` run, or are
    /// still to be told something: they have a time of their own, and no more than all the rest
    /// where one was given.
    mutating func childrenEnded(hasMessages: Bool, now: Instant) -> Conclusion {
        guard case .leaving(let killAt) = phase else { return .wait }
        if messagesEnd == .never { messagesEnd = now + Limits.lastMessages }
        messagesEnd = min(messagesEnd, killAt)
        if hasMessages && now < messagesEnd { return .wait }
        if isStopTold { return .finish }
        isStopTold = true
        return .tellStopped
    }

    /// All has ended.
    mutating func finished() {
        phase = .over
        nextReminder = .never
        messagesEnd = .never
    }

    /// When there is something to do or to say though nothing happens; `never` while nothing ends.
    var nextLook: Instant { min(nextReminder, messagesEnd) }

    /// By when a balancer that is killed at a moment must have finished what it has, so early that
    /// it can see to what it has left before that.
    static func finishing(before killAt: Instant, now: Instant) -> Instant {
        let left = killAt.since(now)
        let moment = min(
            max(Nanoseconds(left.count / 4), Limits.lastMoment), Limits.longestMoment, left)
        return now + Nanoseconds(left.count - moment.count)
    }
}

extension ServicePlan {
    /// How long a child may take to end. A balancer finishes what it has meanwhile, for as long as
    /// `--drain-timeout` says.
    func stopLimit(of child: SupervisedChild) -> Nanoseconds {
        if child.plan.role != .balancer { return child.plan.stopLimit }
        return max(child.plan.stopLimit, drainLimit + Limits.longestMoment)
    }
}
