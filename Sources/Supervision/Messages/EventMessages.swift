import Basics
import Kernel
import Logs
import Planning

/// What one command of `--on-event` is still to be told, and how long it has run: which event is
/// next, which are told together, when it is killed, what is said of it.
struct EventMessages {
    /// An event that the command is told.
    struct Message: Equatable {
        fileprivate(set) var event: ServiceEvent
        /// The place of its record.
        fileprivate(set) var stamp: Stamp
        /// How many events alike it stands for, itself included; it is the latest of them.
        fileprivate(set) var count = 1
    }

    /// What is to be done.
    enum Action: Equatable {
        case nothing
        /// The command is started, and told this.
        case run(Message)
        /// Its leader has ended: it is looked whether what that started has too.
        case lookAtRest
        /// Its time is over: it is killed, with all that it has started.
        case kill
    }

    private enum Phase: Equatable {
        case idle
        case running(Message, killAt: Instant)
        /// Its leader has ended, and what that started has not.
        case ending(Message, killAt: Instant, lookAt: Instant, failure: String?)
        /// It was killed, and its end is awaited.
        case killed(Message)
    }

    private struct Waiting {
        var message: Message
        var key: Key
        let since: Instant
    }

    /// What makes events alike: then the latest tells what there is to tell.
    private struct Key: Hashable {
        let kind: EventKind
        /// Empty where it is the service.
        let name: String
        /// What it is about besides: a client that is banned is not any client.
        let object: String

        init(_ event: ServiceEvent) {
            kind = event.kind
            name = event.subject?.name ?? ""
            object = event[.client] ?? event[.text] ?? ""
        }
    }

    private let command: EventCommand
    private var waiting: [Waiting] = []
    private var phase = Phase.idle
    /// When each was told last.
    private var told: [Key: Instant] = [:]
    /// How many were dropped since that was said last.
    private var dropped = 0
    /// How often in a row it has failed.
    private var failures = 0
    private var hasSaidTooMuch = false
    private var isServiceEnding = false
    private var isClosed = false

    init(of command: EventCommand) { self.command = command }

    /// Whether it runs, or something that it has started does.
    var isRunning: Bool { phase != .idle }

    /// Whether it runs, or is to be told something.
    var isBusy: Bool { phase != .idle || !waiting.isEmpty }
}

/// What happens.
extension EventMessages {
    /// Something has happened to the service.
    mutating func happened(_ event: ServiceEvent, at stamp: Stamp, now: Instant) {
        if isClosed || !command.wants(event.kind) { return }
        var next = Waiting(
            message: Message(event: event, stamp: stamp), key: Key(event), since: now)
        // To the end: the last one told is what is so.
        if let place = waiting.firstIndex(where: { $0.key == next.key }) {
            let before = waiting.remove(at: place)
            next.message.count += before.message.count
            next = Waiting(message: next.message, key: next.key, since: before.since)
        }
        waiting.append(next)
        if waiting.count > Limits.messagesWaiting {
            dropped += waiting.removeFirst().message.count
        }
    }

    /// The service begins to end: nothing waits any longer for more of its kind.
    mutating func serviceEnds() { isServiceEnding = true }

    /// There is no time left: what waits is forgotten, and nothing is taken any more. Returns how
    /// many events the command was not told, or not to its end.
    mutating func closed() -> Int {
        isClosed = true
        var count = dropped
        for one in waiting { count += one.message.count }
        switch phase {
        case .idle: break
        case .running(let message, _), .ending(let message, _, _, _), .killed(let message):
            count += message.count
        }
        waiting = []
        phase = .idle
        return count
    }

    /// What is to be done at this moment.
    mutating func look(now: Instant) -> Action {
        switch phase {
        case .idle:
            guard let place = nextPlace(now: now) else { return .nothing }
            let next = waiting.remove(at: place)
            told = told.filter { $0.value + Limits.messageSpacing > now }
            told[next.key] = now
            phase = .running(next.message, killAt: now + Limits.messageTime)
            return .run(next.message)
        case .running(let message, let killAt):
            if now <= killAt { return .nothing }
            phase = .killed(message)
            return .kill
        case .ending(let message, let killAt, let lookAt, let failure):
            if killAt < now {
                phase = .killed(message)
                return .kill
            }
            if now <= lookAt { return .nothing }
            phase = .ending(
                message, killAt: killAt, lookAt: now + Limits.messageLook, failure: failure)
            return .lookAtRest
        case .killed: return .nothing
        }
    }

    /// The first that may be told. None is told before another about the same process that came
    /// before it.
    private func nextPlace(now: Instant) -> Int? {
        var held: Set<String> = []
        for (place, next) in waiting.enumerated() where !held.contains(next.key.name) {
            if due(next) <= now { return place }
            held.insert(next.key.name)
        }
        return nil
    }

    private func due(_ next: Waiting) -> Instant {
        if isServiceEnding { return next.since }
        let spaced = told[next.key].map { $0 + Limits.messageSpacing } ?? next.since
        return max(next.since + Limits.messagePause, spaced)
    }

    /// When there is something to do though nothing happens; `never` where nothing is.
    var nextLook: Instant {
        switch phase {
        case .idle:
            var held: Set<String> = []
            var first = Instant.never
            for next in waiting where held.insert(next.key.name).inserted {
                first = min(first, due(next))
            }
            return first
        case .running(_, let killAt): return killAt
        case .ending(_, let killAt, let lookAt, _): return min(killAt, lookAt)
        case .killed: return .never
        }
    }
}

/// How a run ends, and what is said of it in the log.
extension EventMessages {
    /// It could not be started.
    mutating func couldNotStart(_ why: String) -> [String] { over("can't be run: \(why)") }

    /// The leader has ended. `hasRest` says whether something that it started has not: that has the
    /// time that is left.
    mutating func leaderEnded(_ cause: Ending.Cause, hasRest: Bool, now: Instant) -> [String] {
        let failure = cause == .exited(code: 0) ? nil : cause.words
        switch phase {
        case .idle: return []
        case .running(let message, let killAt) where hasRest:
            phase = .ending(
                message, killAt: killAt, lookAt: now + Limits.messageLook, failure: failure)
            return []
        case .running, .ending: return over(failure)
        case .killed: return over("did not end within \(Self.time), and was killed")
        }
    }

    /// What the leader had started has ended.
    mutating func restEnded() -> [String] {
        guard case .ending(_, _, _, let failure) = phase else { return [] }
        return over(failure)
    }

    /// What the leader had started has been killed, after the leader's own end.
    mutating func restKilled() -> [String] {
        over("left processes that did not end within \(Self.time), and were killed")
    }

    /// It has written more than is kept.
    mutating func outputCut() -> [String] {
        if hasSaidTooMuch { return [] }
        hasSaidTooMuch = true
        let limit = Figures.size(UInt64(Limits.messageOutput))
        return ["\(title) writes more than \(limit): the rest is dropped, each time"]
    }

    private static var time: String { Figures.text(Limits.messageTime) }

    private mutating func over(_ failure: String?) -> [String] {
        var remarks: [String] = []
        let message: Message
        switch phase {
        case .idle: return []
        case .running(let told, _), .ending(let told, _, _, _), .killed(let told): message = told
        }
        phase = .idle
        if let failure {
            failures += 1
            // Each time would be as much as the command's own events.
            if failures == 1 {
                remarks.append(
                    "\(title) \(failure); it was told of '\(Self.words(message.event))'. "
                        + "This is said again once it has worked")
            }
        } else if failures > 0 {
            remarks.append("\(title) works again; it had failed \(Figures.count(failures, "time"))")
            failures = 0
        }
        if dropped > 0 {
            remarks.append(
                "\(title) is slower than events come: \(Figures.count(dropped, "event")) dropped, "
                    + "the oldest of more than \(Limits.messagesWaiting) that waited")
            dropped = 0
        }
        return remarks
    }

    /// How the command is called in a sentence.
    var title: String {
        let text = command.command.text
        let shown = text.prefix(Limits.messageShown)
        return "on-event '\(shown)\(shown.count < text.count ? "…" : "")'"
    }

    private static func words(_ event: ServiceEvent) -> String {
        event.kind.rawValue + (event.subject.map { " \($0.name)" } ?? "")
    }
}
