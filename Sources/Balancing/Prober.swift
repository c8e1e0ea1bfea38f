import Basics
import Choosing
import Control
import Kernel
import ProxyProtocol
import Scoreboard

/// Checks the backends actively: one connection each at a time, at intervals, on the control
/// thread.
///
/// What it finds out goes to the scoreboard, where every worker of every balancer sees it. Only who
/// the supervisor calls ready is checked: of the others it knows better.
struct Prober: ~Copyable {
    /// A verdict that has changed.
    struct Finding {
        let slot: UInt32
        let generation: UInt64
        let name: InlineText
        let isUp: Bool
        let reason: String
    }

    private enum Result {
        case passed
        case failed(String)
    }

    private let check: BalancerOptions.HealthCheck
    private let interval: Nanoseconds
    private let timeout: Nanoseconds
    private let thresholds: Health.Thresholds
    /// Whether who comes back is given its share little by little.
    private let warms: Bool
    /// The header with which connections to backends begin; nothing where they don't.
    private let proxy: ProxyHeader.Version?
    private let scoreboard: Scoreboard
    private let kind: UInt8
    private var probes: Slab<Probe>
    /// The slab's slot for each scoreboard slot under check.
    private var places: [UInt32: UInt32] = [:]
    private(set) var findings: [Finding] = []

    /// `kind` is that of the tokens with which the poller tells of its connections.
    init(_ options: BalancerOptions, _ scoreboard: Scoreboard, kind: UInt8) {
        check = options.healthCheck ?? .tcp
        interval = options.healthInterval
        timeout = options.healthTimeout
        thresholds = Health.Thresholds(rise: options.rise, fall: options.fall)
        warms = options.slowStart != nil
        proxy = options.sendProxy.map { $0 == .v1 ? .text : .binary }
        self.scoreboard = scoreboard
        self.kind = kind
        probes = Slab(capacity: scoreboard.backendCapacity)
    }

    /// Checks the members of this roster from now on. A process that is already under check keeps
    /// its verdict.
    mutating func follow(_ roster: Roster, now: Instant) {
        if check == .off {
            believe(roster)
            return
        }
        var wanted: [UInt32: Int] = [:]
        for (index, member) in roster.members.enumerated() where member.fact == .ready {
            wanted[member.slot] = index
        }
        for (slot, place) in places {
            if let index = wanted[slot],
                roster.members[index].generation == probes[place].generation
            {
                wanted[slot] = nil
            } else {
                _ = probes.remove(place)
                places[slot] = nil
            }
        }
        // Spread over the interval, so that a hundred backends are not checked in one instant.
        var turn: UInt64 = 0
        let step = interval.count / UInt64(max(1, wanted.count))
        for (slot, index) in wanted.sorted(by: { $0.key < $1.key }) {
            let member = roster.members[index]
            turn += 1
            var probe = Probe(
                slot: slot, generation: member.generation, name: member.name,
                address: member.address, due: now + Nanoseconds(step * turn))
            // Another balancer, or this one before it was drained or paused, may have found it
            // down: then it has to pass here as often as it would have had to there.
            if scoreboard.checks(slot: Int(slot)).isDown(member.generation) {
                while probe.health.isUp { _ = probe.health.failed(thresholds) }
            }
            places[slot] = probes.insert(probe).slot
        }
    }

    /// Nobody is checked from now on, so nobody stays down by what an earlier balancer found.
    private mutating func believe(_ roster: Roster) {
        for member in roster.members where member.fact == .ready {
            let cell = scoreboard.checks(slot: Int(member.slot))
            if !cell.isDown(member.generation) { continue }
            cell.set(isDown: false, member.generation)
            findings.append(
                Finding(
                    slot: member.slot, generation: member.generation, name: member.name,
                    isUp: true, reason: "it is not checked any more"))
        }
    }

    /// When there is something to do at the latest; nothing when nobody is checked.
    var due: Instant? {
        var least: Instant?
        for place in places.values {
            least = min(least ?? .never, probes[place].due)
        }
        return least
    }

    /// Begins the checks whose time has come and gives up those whose time is over.
    mutating func expire(now: Instant, poller: borrowing Poller) {
        for place in places.values where probes[place].due <= now {
            if probes[place].isUnderWay {
                conclude(place, .failed("it did not answer a check in time"), now)
            } else {
                begin(place, now, poller)
            }
        }
    }

    /// A backend keeps somebody waiting: it is checked at once, and the answer may not take long.
    mutating func suspect(_ slot: UInt32, now: Instant, poller: borrowing Poller) {
        guard let place = places[slot], probes[place].health.isUp,
            now >= probes[place].suspectedAt + Limits.urgentPause
        else { return }
        probes[place].suspectedAt = now
        probes[place].isUrgent = true
        if probes[place].isUnderWay {
            probes[place].due = min(probes[place].due, now + Limits.urgentCheck)
        } else {
            begin(place, now, poller)
        }
    }

    private mutating func begin(_ place: UInt32, _ now: Instant, _ poller: borrowing Poller) {
        do throws(SystemError) {
            let socket = try Socket.connect(to: probes[place].address)
            try poller.add(
                socket.reference, for: .everyChange,
                token: Token(kind: kind, key: probes.key(place)))
            let most = probes[place].isUrgent ? min(timeout, Limits.urgentCheck) : timeout
            probes[place].begin(socket, due: now + most)
        } catch {
            conclude(place, .failed("it can't be connected to: \(error.errno)"), now)
        }
    }

    /// The connection of a check has something to tell.
    mutating func told(_ event: Event, now: Instant) {
        let place = event.token.key.slot
        guard probes.isCurrent(event.token.key), probes[place].isUnderWay else { return }
        if let error = probes[place].pendingError() {
            conclude(place, .failed("it can't be connected to: \(error)"), now)
            return
        }
        switch check {
        case .off: return
        case .tcp:
            if event.readiness.contains(.writable) {
                ask(place)
                conclude(place, .passed, now)
            }
        case .words(_, let expected):
            if event.readiness.contains(.writable) && !probes[place].hasAsked { ask(place) }
            if event.readiness.contains(.readable) { hear(place, expected, now) }
        case .http(let path):
            if event.readiness.contains(.writable) && !probes[place].hasAsked {
                ask(place)
            }
            if event.readiness.contains(.readable) { hear(place, now) }
        }
    }

    private mutating func ask(_ place: UInt32) {
        probes[place].hasAsked = true
        var request = ByteQueue(capacity: 256)
        // A backend that is told of clients waits for it on each connection; this one is our own.
        if let proxy { ProxyHeader.local.append(as: proxy, to: &request) }
        switch check {
        case .off, .tcp: break
        case .words(let words, _): request.append(words.span)
        case .http(let path):
            let host = "\(probes[place].address)"
            request.append(
                text: "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: lbctl-health\r\n"
                    + "Connection: close\r\n\r\n")
        }
        if request.isEmpty { return }
        // A new connection takes that much at once; one that does not answers nothing either.
        probes[place].send(&request)
    }

    /// Listens for words that must be said, wherever in what is said.
    private mutating func hear(_ place: UInt32, _ expected: [UInt8], _ now: Instant) {
        while true {
            probes[place].answer.reserve(4096)
            let outcome = probes[place].receive()
            if Self.says(probes[place].answer, expected) {
                conclude(place, .passed, now)
                return
            }
            switch outcome {
            case .moved where probes[place].answer.count < Limits.checkAnswer: continue
            case .moved: conclude(place, .failed("it did not say what a check expects"), now)
            case .wouldBlock: return
            case .end:
                conclude(place, .failed("it ended without what a check expects"), now)
            case .failed(let errno): conclude(place, .failed("a check broke: \(errno)"), now)
            }
            return
        }
    }

    private static func says(_ queue: borrowing ByteQueue, _ words: [UInt8]) -> Bool {
        let bytes = queue.bytes
        var start = 0
        while start + words.count <= bytes.count {
            if bytes.extracting(start..<(start + words.count)).equals(words.span) { return true }
            start += 1
        }
        return false
    }

    private mutating func hear(_ place: UInt32, _ now: Instant) {
        probes[place].answer.reserve(512)
        let outcome = probes[place].receive()
        if probes[place].answer.count >= 12 {
            let status = Self.status(probes[place].answer)
            let isFine = (200..<400).contains(status)
            conclude(place, isFine ? .passed : .failed("it answered a check with \(status)"), now)
            return
        }
        switch outcome {
        case .moved, .wouldBlock: return
        case .end: conclude(place, .failed("it closed a check without an answer"), now)
        case .failed(let errno): conclude(place, .failed("a check broke: \(errno)"), now)
        }
    }

    /// The three digits behind `HTTP/1.x `, or 0.
    private static func status(_ queue: borrowing ByteQueue) -> Int {
        let bytes = queue.bytes
        var status = 0
        for index in 9..<12 {
            guard bytes[index] >= Ascii.zero, bytes[index] <= Ascii.nine else { return 0 }
            status = status * 10 + Int(bytes[index] - Ascii.zero)
        }
        return status
    }

    private mutating func conclude(_ place: UInt32, _ result: Result, _ now: Instant) {
        probes[place].end()
        let change: Health.Change
        var reason = "its checks pass again"
        let cell = scoreboard.checks(slot: Int(probes[place].slot))
        switch result {
        case .passed:
            cell.count(passed: true)
            change = probes[place].health.succeeded(thresholds)
        case .failed(let why):
            cell.count(passed: false)
            // Of somebody who is kept waiting already one failure is enough.
            let isUrgent = probes[place].isUrgent
            let most = isUrgent ? Health.Thresholds(rise: thresholds.rise, fall: 1) : thresholds
            change = probes[place].health.failed(most)
            reason = why
        }
        // In doubt the next look is soon: HAProxy's fastinter.
        probes[place].isUrgent = false
        let pause =
            probes[place].health.isInDoubt ? Nanoseconds(interval.count / 10) : interval
        probes[place].due = now + pause
        if change == .none { return }
        let slot = probes[place].slot
        let generation = probes[place].generation
        let isUp = probes[place].health.isUp
        if isUp && warms { scoreboard.noteReturn(slot: Int(slot), at: now) }
        cell.set(isDown: !isUp, generation)
        findings.append(
            Finding(
                slot: slot, generation: generation, name: probes[place].name, isUp: isUp,
                reason: reason))
    }

    /// The verdicts that have changed since the last time.
    mutating func takeFindings() -> [Finding] {
        let taken = findings
        findings = []
        return taken
    }
}
