import Basics

/// The sentence of an event, as people read it in the stream. Nothing reads it back.
extension ServiceEvent {
    /// `backend.2 (port 3001, pid 4242) is ready after 5.64 ms`.
    public var sentence: String {
        guard let subject, kind != .notice else { return what }
        let title: String
        switch kind {
        // There is no process that could be meant.
        case .failed where subject.pid == nil, .blocked, .leftBehind: title = subject.name
        case .revised: title = Self.title(of: subject) + ":"
        default: title = Self.title(of: subject)
        }
        return "\(title) \(what)"
    }

    private static func title(of subject: Subject) -> String {
        Figures.process(subject.name, port: subject.port ?? 0, pid: subject.pid ?? 0)
    }

    /// The sentence without what it is about: `is ready after 5.64 ms`.
    public var what: String {
        switch kind {
        case .started, .stopping, .waiting, .stopped, .supervisorDied, .serviceDown, .serviceUp,
            .allChecksFailed, .configChanged, .releaseDone, .refusing, .listenFailed:
            ofService
        case .ready, .unready, .startTimeout, .failed, .blocked, .signalled, .paused, .resumed,
            .kept:
            ofProcess
        case .exited, .killed, .revised, .stopTimeout, .leftBehind: ofEnd
        case .draining, .drained, .drainTimeout, .undrained, .weighed, .down, .up,
            .balancerReplaced, .hastened:
            ofChoice
        case .banned, .unbanned, .unwritable, .writable, .notice: ofRest
        }
    }

    private var ofService: String {
        switch kind {
        case .started:
            return "lbctl \(words(.version)) runs '\(words(.service))'"
                + part(self[.supervisorPid]) { " (supervisor pid \($0))" }
        case .stopping: return "stopping: \(words(.reason))"
        case .waiting:
            return "still waiting for \(listed(.awaiting, separator: "; "))"
        case .stopped: return "'\(words(.service))' is stopped"
        case .supervisorDied:
            let verb = self[.signal] == nil ? "" : "was "
            return "the supervisor" + part(self[.supervisorPid]) { " (pid \($0))" }
                + " \(verb)\(ending): everything is stopped"
                + part(self[.count]) { "; \(Figures.count($0, "process")) killed" }
        case .serviceDown:
            let backends = listed(.backends)
            return "no backend can be chosen" + (backends.isEmpty ? "" : ": \(backends)")
                + part(self[.meanwhile]) { "; \($0)" }
        case .serviceUp:
            return "a backend can be chosen again" + span(.after, " after ")
        case .allChecksFailed:
            return "the checks of all backends fail: all are tried, rather than none"
        case .configChanged:
            return "changed\(byVerb): \(listed(.changes, separator: ", "))"
        case .releaseDone: return "release is done; starting the others"
        case .refusing:
            return "no balancer runs: connections to \(words(.addresses)) are refused until one "
                + "does" + part(self[.advice]) { " (\($0))" }
        case .listenFailed:
            return "can't listen on \(words(.addresses)) again: \(words(.reason)); trying on"
        default: return ""
        }
    }

    private var ofProcess: String {
        switch kind {
        case .ready:
            let took = self[.isJob] ? "has started" : "is ready" + span(.after, " after ")
            return took + (self[.staysDrained] ? "; it stays drained" : "")
                + (self[.isAwaited] ? "; the others wait for its end" : "")
        case .unready:
            return "is not ready" + span(.after, " after ") + ": \(words(.reason))"
                + span(.limit, "; it is ended after ", " ('up --start-timeout')")
        case .startTimeout:
            return "was not ready" + span(.limit, " within ") + ": \(words(.reason)); "
                + "ending it ('up --start-timeout' gives it longer)"
        case .failed where self[.crashedTooOften]:
            return "crashed too often and is left alone"
        case .failed: return "can't be started: \(words(.reason))"
        case .blocked:
            return "can't be started: \(words(.reason))" + part(self[.next]) { "; \($0)" }
        case .signalled: return "is sent \(words(.signal))\(byVerb)"
        case .paused:
            return "is paused" + (self[.by] == nil ? " by \(self[.signal] ?? "a signal")" : byVerb)
        case .resumed, .kept: return "goes on\(byVerb)"
        default: return ""
        }
    }

    private var ofEnd: String {
        switch kind {
        case .exited, .killed: return end
        case .revised: return "beyond what was said, \(requests)" + failedElsewhere
        case .stopTimeout: return "did not end in time; killed \(listed(.processes))"
        case .leftBehind:
            let count = Figures.count(self[.count] ?? 0, "process")
            if subject == nil { return "killed \(count) left behind" }
            return "had left \(count) behind: \(listed(.processes)); killed"
        default: return ""
        }
    }

    private var ofChoice: String {
        switch kind {
        case .draining: return "is draining\(byVerb)"
        case .drained: return "has finished what it had" + span(.after, " after ")
        case .drainTimeout:
            return "still has \(Figures.count(self[.inHand] ?? 0, unit))"
                + span(.after, " after ") + "; ending it"
        case .undrained: return "is back\(byVerb)"
        case .weighed:
            return "has weight \(self[.weight] ?? 0)\(byVerb)" + part(self[.was]) { " (was \($0))" }
        case .down: return "is taken for down by the balancer: \(words(.reason))"
        case .up: return "answers again: \(words(.reason))"
        case .balancerReplaced:
            return "takes over"
                + part(self[.fromPid]) { " from pid \($0), which answers what it has" }
        case .hastened: return "has to make room for the next"
        default: return ""
        }
    }

    private var ofRest: String {
        switch kind {
        case .banned:
            guard let client = self[.client] else {
                return "\(Figures.count(self[.count] ?? 0, "more client")) banned"
            }
            return "\(client) is banned" + span(.lasting, " for ")
                + part(self[.refusals]) { ": refused \($0) times" } + span(.within, " within ")
        case .unbanned:
            if let client = self[.client] {
                let why = self[.lifted] ? "its ban was lifted" : "its ban is over"
                return "\(client) may come in again: \(why)"
            }
            let why = self[.lifted] ? "all bans were lifted" : "their bans are over"
            return "\(Figures.count(self[.count] ?? 0, "client")) may come in again: \(why)"
        case .unwritable:
            return "the history can't be written (\(words(.reason))); going on without it"
        case .writable:
            return "the history is written again; "
                + "\(Figures.count(self[.lost] ?? 0, "line")) were lost"
        case .notice: return words(.text)
        default: return ""
        }
    }
}

/// The end of a process.
extension ServiceEvent {
    /// `killed by SIGSEGV (core dumped)`, `exited with 3`.
    private var ending: String {
        guard let signal = self[.signal] else { return "exited with \(self[.exitCode] ?? 0)" }
        return "killed by \(signal)" + (self[.dumpedCore] ? " (core dumped)" : "")
    }

    private var end: String {
        var first = ending
        for remark in self[.remarks] { first += " (\(remark))" }
        first += span(.ran, " after ") + usage
        var parts = [first]
        if let rest = self[.rest] {
            let verb = self[.restKilled] ? "was killed " : ""
            parts.append("the rest of it \(verb)after \(Figures.text(Nanoseconds(rest)))")
        }
        if let requests = self[.requestsOpen] { parts.append(open(requests)) }
        if let out = self[.outOfRotation] {
            parts.append("out of rotation after \(Figures.text(Nanoseconds(out)))")
        }
        if let inFlight = self[.inFlight], inFlight > 0 { parts.append(requests) }
        if let next = self[.next] { parts.append(next) }
        return parts.joined(separator: "; ")
    }

    private var usage: String {
        guard let cpu = self[.cpu], let peak = self[.peak] else { return "" }
        return " (cpu \(Figures.text(Nanoseconds(cpu))), peak \(Figures.size(peak)))"
    }

    /// What a balancer had open when it died.
    private func open(_ requests: UInt64) -> String {
        let unread = self[.connectionsUnread] ?? 0
        return "\(Figures.count(requests, "request")) in flight, "
            + "\(Figures.count(self[.connectionsOpen] ?? 0, "connection")) open"
            + (unread > 0 ? ", \(unread) of them accepted and not read from yet" : "")
    }

    /// `2 requests were in flight: 2 tried elsewhere, 0 failed`.
    private var requests: String {
        let count = self[.inFlight] ?? 0
        let underWay = unit == "connection" ? "open" : "in flight"
        return "\(Figures.count(count, unit)) \(count == 1 ? "was" : "were") \(underWay): "
            + "\(self[.retried] ?? 0) tried elsewhere, \(self[.failed] ?? 0) failed"
    }

    /// A request that had been told of and has failed since is counted among the failed ones alone.
    private var failedElsewhere: String {
        switch self[.failedElsewhere] ?? 0 {
        case 0: ""
        case self[.failed] ?? 0: " after being tried elsewhere"
        case let some: ", \(some) of them after being tried elsewhere"
        }
    }
}

/// Pieces of sentences.
extension ServiceEvent {
    private func words(_ key: EventText) -> String { self[key] ?? "?" }

    private var unit: String { self[.unit] ?? "request" }

    /// ` by 'lbctl drain'`; empty where no verb did it.
    private var byVerb: String { part(self[.by]) { " by 'lbctl \($0)'" } }

    private func part<Value>(_ value: Value?, _ words: (Value) -> String) -> String {
        value.map(words) ?? ""
    }

    private func span(_ key: EventNumber, _ before: String, _ behind: String = "") -> String {
        part(self[key]) { before + Figures.text(Nanoseconds($0)) + behind }
    }

    /// The listed ones, and how many more there are.
    private func listed(_ key: EventList, separator: String = ", ") -> String {
        let list = self[key]
        let rest = Int(clamping: self[.count] ?? 0) - list.count
        return list.joined(separator: separator) + (rest > 0 ? " and \(rest) more" : "")
    }
}
