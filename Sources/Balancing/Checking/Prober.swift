import Basics
import Choosing
import Control
import HTTP1
import Kernel
import ProxyProtocol
import Scoreboard

/// Checks the backends actively: one connection each at a time, at intervals, on the control
/// thread. This file says when, and what a result means; `Prober+Checking` how it is done.
///
/// What it finds out goes to the scoreboard, where every worker of every balancer sees it. Only
/// what the supervisor calls ready is checked: of the others it knows better.
struct Prober: ~Copyable {
    /// A verdict that has changed.
    struct Finding {
        let slot: BackendSlot
        let generation: UInt64
        let name: InlineText
        let isUp: Bool
        let reason: String
    }

    /// What a check has shown.
    enum Result {
        case passed
        case failed(String)
    }

    let check: BalancerOptions.HealthCheck
    private let rhythm: CheckRhythm
    private let timeout: Nanoseconds
    private let thresholds: Health.Thresholds
    /// Whether a backend that comes back is given its share little by little.
    private let warms: Bool
    /// The header with which connections to backends begin; `nil` where they don't.
    let proxy: ProxyHeader.Version?
    let scoreboard: Scoreboard
    let kind: UInt8
    var probes: Slab<Probe>
    /// Where the head of an answer is read into.
    var responseHead = ResponseHead()
    /// The slab's slot for each scoreboard slot under check.
    private(set) var places: [BackendSlot: Probe.Slot] = [:]
    /// When it is looked next whether kept connections are in a request's way.
    private var keptLook = Instant(nanoseconds: 0)
    private(set) var findings: [Finding] = []

    /// `kind` is that of the tokens with which the poller tells of its connections.
    init(_ options: BalancerOptions, _ scoreboard: Scoreboard, kind: UInt8) {
        check = options.healthCheck ?? .tcp
        rhythm = CheckRhythm(
            interval: options.healthInterval, origin: Nanoseconds(Randomness.word() >> 8))
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
        var wanted: [BackendSlot: Int] = [:]
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
        for (slot, index) in wanted.sorted(by: { $0.key < $1.key }) {
            let member = roster.members[index]
            var probe = Probe(
                slot: slot, generation: member.generation, name: member.name,
                address: member.address, due: now)
            // Another balancer, or this one before it was drained or paused, may have found it
            // down: then it has to pass here as often as it would have had to there.
            if scoreboard.checks(slot: slot).isDown(member.generation) {
                while probe.health.isUp { _ = probe.health.failed(thresholds) }
            }
            let place = probes.insert(probe).slot
            probes[place].due = rhythm.next(place.number, after: now)
            places[slot] = place
        }
    }

    /// No backend is checked from now on, so none stays down by what an earlier balancer found.
    private mutating func believe(_ roster: Roster) {
        for member in roster.members where member.fact == .ready {
            let cell = scoreboard.checks(slot: member.slot)
            if !cell.isDown(member.generation) { continue }
            cell.set(isDown: false, member.generation)
            findings.append(
                Finding(
                    slot: member.slot, generation: member.generation, name: member.name,
                    isUp: true, reason: "it is not checked any more"))
        }
    }

    /// When there is something to do at the latest; `nil` when no backend is checked.
    var due: Instant? {
        var least: Instant?
        for place in places.values {
            let own = min(probes[place].due, probes[place].unreadLook)
            least = min(least ?? .never, probes[place].isKept ? min(own, keptLook) : own)
        }
        return least
    }

    /// Begins the checks that are due and gives up those that have taken too long.
    mutating func expire(now: Instant, poller: borrowing Poller) {
        if now >= keptLook {
            keptLook = now + Limits.keptCheckLook
            for slot in places.keys { heedUnread(slot, now: now) }
        }
        for place in places.values where probes[place].unreadLook <= now {
            lookWhetherRead(place, now)
        }
        for place in places.values where probes[place].due <= now {
            if probes[place].isUnderWay && isHeldUp(place) {
                putOff(place, now)
            } else if probes[place].isUnderWay {
                conclude(place, .failed("it did not answer a check in time"), now)
            } else {
                begin(place, until: now + timeout, now, poller)
            }
        }
    }

    /// A backend keeps a client waiting: it is checked at once, and the answer may not take long.
    mutating func suspect(_ slot: BackendSlot, now: Instant, poller: borrowing Poller) {
        guard let place = places[slot], probes[place].health.isUp,
            now >= probes[place].suspectedAt + Limits.urgentPause
        else { return }
        probes[place].suspectedAt = now
        probes[place].isUrgent = true
        if probes[place].isUnderWay {
            probes[place].due = min(probes[place].due, now + Limits.urgentCheck)
        } else {
            begin(place, until: now + min(timeout, Limits.urgentCheck), now, poller)
        }
    }

    /// A check is over; `keepsConnection` where the backend leaves its connection for the next.
    mutating func conclude(
        _ probe: Probe.Slot, _ result: Result, _ now: Instant, keepsConnection: Bool = false
    ) {
        let change: Health.Change
        var reason = "its checks pass again"
        let cell = scoreboard.checks(slot: probes[probe].slot)
        switch result {
        case .passed:
            cell.count(passed: true)
            change = probes[probe].health.succeeded(thresholds)
        case .failed(let why):
            cell.count(passed: false)
            // Where a client is kept waiting already one failure is enough.
            let isUrgent = probes[probe].isUrgent
            let most = isUrgent ? Health.Thresholds(rise: thresholds.rise, fall: 1) : thresholds
            change = probes[probe].health.failed(most)
            reason = why
        }
        probes[probe].isUrgent = false
        let isInDoubt = probes[probe].health.isInDoubt
        if keepsConnection && mayUseAgain(probe, now) && !isInDoubt {
            probes[probe].rest(at: now)
        } else {
            probes[probe].end()
        }
        // In doubt the next look is soon: HAProxy's fastinter.
        let soon = now + Nanoseconds(rhythm.interval.count / 10)
        probes[probe].due = isInDoubt ? soon : rhythm.next(probe.number, after: now)
        if change != .none { note(probe, reason, now) }
    }

    /// A check could not be made: the next one shows what this would have.
    mutating func putOff(_ probe: Probe.Slot, _ now: Instant) {
        probes[probe].isUrgent = false
        probes[probe].end()
        probes[probe].due = rhythm.next(probe.number, after: now)
    }

    /// A verdict has changed.
    private mutating func note(_ probe: Probe.Slot, _ reason: String, _ now: Instant) {
        let slot = probes[probe].slot
        let generation = probes[probe].generation
        let isUp = probes[probe].health.isUp
        if isUp && warms { scoreboard.noteReturn(slot: slot, at: now) }
        scoreboard.checks(slot: slot).set(isDown: !isUp, generation)
        findings.append(
            Finding(
                slot: slot, generation: generation, name: probes[probe].name, isUp: isUp,
                reason: reason))
    }

    /// The verdicts that have changed since the last time.
    mutating func takeFindings() -> [Finding] {
        let taken = findings
        findings = []
        return taken
    }
}
