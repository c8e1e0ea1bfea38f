import Basics
import Choosing
import Control
import Kernel
import Scoreboard

/// Which backend a request goes to, and why that one.
///
/// Backends are asked in the order that the algorithm says; whether one may be chosen, one gate
/// decides for all algorithms. Rather one that is under suspicion than none, and rather one that
/// failed this request before than none; but where one that may be chosen has only too much in
/// flight, it is waited for.
///
/// What is on the way of each request is `mutating` or inlined, also where it only reads: a method
/// that only reads would be passed a copy of all of this by one that writes (Swift 6.3).
struct Picker {
    /// What the gate says of a backend.
    private enum Verdict {
        case yes
        case no
        /// It might be chosen, and has as much in flight as it may.
        case full
    }

    private let terms: Terms
    private var order: BalancerOptions.Algorithm.Order
    private var measure: BalancerOptions.Algorithm.Measure
    private let warming: Warming
    private let places: StickyTable<SharedWords>?
    /// Whether clients stay where they are at all.
    private let keepsPlaces: Bool
    private let scoreboard: Scoreboard
    private let identity: ClientIdentity
    /// The backends that are chosen from.
    private(set) var roster: Roster
    /// When a backend that is under suspicion was last tried, by slot.
    private var lastTrial: [Instant]
    /// Counted on for each random number.
    private var chance: UInt64
    /// Where the request that is asked for has been, where it has been anywhere. It stands here so
    /// that nothing is copied for those that have not.
    private var tried = AttemptLog()
    private var isTried = false
    private var considered = Considered()

    init(_ terms: Terms, roster: Roster, scoreboard: Scoreboard, seed: UInt64) {
        self.terms = terms
        (order, measure) = roster.algorithm.traits
        warming = Warming(terms.slowStart)
        places = terms.staysFor.map { StickyTable(scoreboard.stickyWords, window: $0) }
        keepsPlaces = terms.heedsCookie || places != nil
        self.scoreboard = scoreboard
        identity = ClientIdentity(scoreboard.secret)
        self.roster = roster
        lastTrial = .init(repeating: Instant(nanoseconds: 0), count: scoreboard.backendCapacity)
        chance = seed
    }

    // MARK: Events

    /// There is another roster, and perhaps another algorithm to choose by. What one has measured
    /// of a process is its own, and stays for when it is back: it fades with time, and another
    /// reads none of it.
    mutating func adopted(_ latest: Roster, now: Instant) {
        (order, measure) = latest.algorithm.traits
        warming.adopted(latest, after: roster, scoreboard, now: now)
        roster = latest
    }

    /// A request that was given to a process goes there: its client belongs there from now on.
    mutating func placed(_ client: ClientNetwork?, on process: BackendProcess, now: Instant) {
        guard let client else { return }
        places?.bind(
            identity.of(client), to: .init(slot: process.slot, generation: process.generation),
            now: now)
    }

    /// A process has answered a request that it was given so long ago.
    @inline(__always)
    mutating func answered(_ process: BackendProcess, after span: Nanoseconds, now: Instant) {
        if measure == .responseTime { observe(process, span, now) }
        let verdict = scoreboard.verdict(slot: process.slot)
        let failures = verdict.failures(of: process.generation)
        if failures == 0 { return }
        if failures >= Suspicion.threshold { warming.recovered(process.slot, scoreboard, now: now) }
        verdict.setFailures(0, of: process.generation)
    }

    /// A process has failed a request: where backends are compared it is dearer than it looks, or
    /// whichever fails fastest would be given most.
    mutating func failed(_ process: BackendProcess, now: Instant) {
        switch measure {
        case .nothing: return
        case .responseTime: observe(process, PeakEWMA.failure, now)
        case .inFlight:
            let cell = scoreboard.load(slot: process.slot)
            var penalty = FailurePenalty(word: cell.penalty(of: process.generation))
            penalty.failed(now: now)
            cell.setPenalty(penalty.word, of: process.generation)
        }
    }

    /// A process could not be connected to.
    mutating func unreached(_ process: BackendProcess) {
        _ = scoreboard.verdict(slot: process.slot).addFailure(of: process.generation)
    }

    private mutating func observe(_ process: BackendProcess, _ taken: Nanoseconds, _ now: Instant) {
        let cell = scoreboard.load(slot: process.slot)
        let words = cell.latency(of: process.generation)
        var average = PeakEWMA(word0: words.0, word1: words.1)
        average.observe(taken, now: now)
        cell.setLatency(average.words, of: process.generation)
    }

    /// Whether requests have a key, by which they are sent.
    var hashesKeys: Bool {
        @inline(__always) get { order == .ring }
    }

    /// A key for a request that has none: any backend will do.
    mutating func anyKey() -> UInt64 {
        chance &+= KeyHash.golden
        return KeyHash.mixed(chance)
    }

    // MARK: Choosing

    /// Which backend a request goes to. Where a limit is set for each, the caller claims a place
    /// there before anything else, for other threads choose at the same time.
    @inline(__always)
    mutating func pick(for request: Request, now: Instant) -> Choice {
        if keepsPlaces, let choice = ownPlace(of: request, now) { return choice }
        isTried = false
        return pick(by: request.key, now)
    }

    /// A pick for a request that processes have failed.
    mutating func pick(for request: Request, besides tried: AttemptLog, now: Instant) -> Choice {
        (self.tried, isTried) = (tried, true)
        return pick(by: request.key, now)
    }

    private mutating func pick(by key: UInt64, _ now: Instant) -> Choice {
        if roster.ready.isEmpty { return .noBackend }
        considered.begin()
        let turn = scoreboard.takeTurn()
        let word = order == .turns ? 0 : anyKey()
        var leniency = Leniency.strict
        while true {
            var isFull = false
            let found =
                switch order {
                case .turns: byTurn(turn, leniency, now, &isFull)
                case .least, .twoDraws: cheapest(turn, word, leniency, now, &isFull)
                // One that came before keys were hashed has none.
                case .ring: onRing(key == 0 ? word : key, leniency, now, &isFull)
                }
            if let found {
                if leniency == .strict && isSuspect(found) {
                    // It is tried with one request, and then has to wait for another chance.
                    lastTrial[roster.members[found].slot.index] = now
                    return .backend(pick(found, .trial))
                }
                return .backend(pick(found, reason(leniency)))
            }
            if isFull { return .busy(nil) }
            guard let next = leniency.next else { return .noBackend }
            leniency = next
            considered.begin()
        }
    }

    @inline(__always)
    private mutating func pick(_ index: Int, _ reason: ChoiceReason) -> Pick {
        var why = ChoiceFacts(
            reason: reason, ready: roster.ready.count, members: roster.members.count)
        considered.complete(&why, chosen: index, roster)
        return Pick(index: index, why: why)
    }

    @inline(__always)
    private mutating func reason(_ leniency: Leniency) -> ChoiceReason {
        switch leniency {
        case .suspects: return .leastBad
        case .all: return .again
        case .strict:
            switch order {
            case .turns: return .turn
            case .least: return measure == .responseTime ? .time : .load
            case .twoDraws: return .draw
            case .ring: return .key
            }
        }
    }

    /// The one gate: whether a member may be chosen.
    @inline(__always)
    private mutating func verdict(
        on index: Int, _ leniency: Leniency, _ now: Instant
    ) -> Verdict {
        let (slot, generation) = (roster.members[index].slot, roster.members[index].generation)
        if isTried && leniency != .all && tried.includes(roster.members[index].process) {
            return passOver(index, .tried)
        }
        if leniency == .strict {
            if scoreboard.checks(slot: slot).isDown(generation) { return passOver(index, .down) }
            let failures = scoreboard.verdict(slot: slot).failures(of: generation)
            let isAdmitted =
                failures < Suspicion.threshold
                || Suspicion.admits(
                    failures: failures, lastTrial: lastTrial[slot.index], now: now)
            if !isAdmitted { return passOver(index, .suspect) }
        }
        return isFull(index) ? passOver(index, .full) : .yes
    }

    @inline(never)
    private mutating func passOver(_ index: Int, _ why: Considered.Obstacle) -> Verdict {
        considered.passedOver(index, why)
        return why == .full ? .full : .no
    }

    @inline(__always)
    private mutating func isSuspect(_ index: Int) -> Bool {
        let (slot, generation) = (roster.members[index].slot, roster.members[index].generation)
        return scoreboard.verdict(slot: slot).failures(of: generation) >= Suspicion.threshold
    }

    /// Where a client belongs; `nil` where it belongs nowhere, or that can't be chosen now.
    private mutating func ownPlace(of request: Request, _ now: Instant) -> Choice? {
        isTried = false
        let member =
            terms.heedsCookie
            ? request.cookie.flatMap { roster.index(ofSlot: $0) } : memberKept(request.client, now)
        guard let member, roster.members[member].fact == .ready else { return nil }
        switch verdict(on: member, .strict, now) {
        case .no: return nil
        case .full: return .busy(roster.members[member].slot)
        case .yes:
            considered.begin()
            return .backend(pick(member, terms.heedsCookie ? .cookie : .address))
        }
    }

    private mutating func memberKept(_ client: ClientNetwork?, _ now: Instant) -> Int? {
        guard let client, let place = places?.place(of: identity.of(client), now: now),
            let member = roster.index(ofSlot: place.slot),
            place.isCurrent(roster.members[member].generation)
        else { return nil }
        return member
    }

    // MARK: The orders

    /// The member that has the turn, or that stands in.
    private mutating func byTurn(
        _ turn: UInt64, _ leniency: Leniency, _ now: Instant,
        _ isFull: inout Bool
    ) -> Int? {
        let count = roster.rotation.count
        if count == 0 { return nil }
        var position = warming.place(ofTurn: turn, in: roster, scoreboard, now: now)
        for step in 0...count {
            let index = roster.rotation[position]
            switch verdict(on: index, leniency, now) {
            case .yes: return index
            case .full: isFull = true
            case .no: break
            }
            let next = position + 1 == count ? 0 : position + 1
            position = step == 0 ? Rotation.standIn(turn: turn, of: count) : next
        }
        return nil
    }

    private mutating func cheapest(
        _ turn: UInt64, _ word: UInt64, _ leniency: Leniency, _ now: Instant,
        _ isFull: inout Bool
    ) -> Int? {
        let isWarming = warming.isUnderWay(scoreboard, now: now)
        considered.unit = .init(isOfTime: measure == .responseTime, isWarming: isWarming)
        func price(_ place: Int) -> Cost? {
            let index = roster.ready[place]
            switch verdict(on: index, leniency, now) {
            case .no: return nil
            case .full:
                isFull = true
                return nil
            case .yes:
                let cost = cost(of: index, isWarming, now)
                considered.priced(index, cost)
                return cost
            }
        }
        if order == .least {
            return Least.pick(of: roster.ready.count, turn: turn, word: word, cost: price)
                .map { roster.ready[$0] }
        }
        return roster.draws.pick(turn: turn, word: word) { place in
            // Those with nothing to do are equals: one that is on the way to its share lets as many
            // draws pass as it lacks.
            let isHeldBack = isWarming && leniency == .strict
            if isHeldBack && !takesDraw(roster.ready[place], word, now) { return nil }
            return price(place)
        }.map { roster.ready[$0] }
    }

    private mutating func takesDraw(_ index: Int, _ word: UInt64, _ now: Instant) -> Bool {
        let share = warming.share(of: index, in: roster, scoreboard, now: now)
        return UInt32(KeyHash.mixed(word ^ UInt64(index)) >> 54) < share
    }

    private mutating func cost(of index: Int, _ isWarming: Bool, _ now: Instant) -> Cost {
        let (slot, generation) = (roster.members[index].slot, roster.members[index].generation)
        var weight = roster.members[index].weight
        // In 1024ths for all, where they count.
        if isWarming {
            let share = warming.share(of: index, in: roster, scoreboard, now: now)
            weight = SlowStart.weight(weight, at: share)
        }
        let inFlight = scoreboard.inFlight(slot: slot, generation: generation)
        let cell = scoreboard.load(slot: slot)
        if measure == .responseTime {
            let words = cell.latency(of: generation)
            return PeakEWMA(word0: words.0, word1: words.1)
                .cost(pending: inFlight, now: now, weight: weight)
        }
        let penalty = FailurePenalty(word: cell.penalty(of: generation)).points(now: now)
        return LeastConnections.Load(inFlight: inFlight, penalty: penalty, weight: weight).cost
    }

    private mutating func onRing(
        _ key: UInt64, _ leniency: Leniency, _ now: Instant,
        _ isFull: inout Bool
    ) -> Int? {
        let bound = boundedLoad()
        return roster.ring?.pick(key: key) { index in
            if roster.members[index].fact != .ready { return false }
            switch verdict(on: index, leniency, now) {
            case .no: return false
            case .full:
                isFull = true
                return false
            case .yes:
                guard let bound, !hasRoom(index, bound) else { return true }
                return passOver(index, .full) == .yes
            }
        }
    }

    /// How much each backend may have where keys leave those that have too much.
    private mutating func boundedLoad() -> BoundedLoad? {
        guard let percent = terms.balanceFactor else { return nil }
        var inFlight: UInt64 = 0
        var weight: UInt64 = 0
        for index in roster.ready {
            inFlight += UInt64(self.inFlight(index))
            weight += UInt64(roster.members[index].weight)
        }
        return BoundedLoad(percent: percent, inFlight: inFlight, weight: weight)
    }

    private mutating func hasRoom(_ index: Int, _ bound: BoundedLoad) -> Bool {
        bound.hasRoom(inFlight: inFlight(index), weight: roster.members[index].weight)
    }

    // MARK: What a backend may have in flight

    @inline(__always)
    private mutating func inFlight(_ index: Int) -> UInt32 {
        let member = roster.members[index].process
        return scoreboard.inFlight(slot: member.slot, generation: member.generation)
    }

    @inline(__always)
    private mutating func isFull(_ index: Int) -> Bool {
        guard let most = terms.maxInFlight else { return false }
        return inFlight(index) >= most
    }

    /// Whether a backend has no more in flight than it may, now that a place there was claimed.
    mutating func isWithinLimit(_ index: Int) -> Bool {
        guard let most = terms.maxInFlight else { return true }
        let member = roster.members[index].process
        return scoreboard.settledInFlight(slot: member.slot, generation: member.generation) <= most
    }

    /// How many more requests there is room for, at all backends that may be chosen or at one.
    mutating func room(at slot: BackendSlot?, now: Instant) -> Int {
        guard let most = terms.maxInFlight else { return 0 }
        var room = 0
        isTried = false
        for index in roster.ready where slot == nil || roster.members[index].slot == slot {
            if verdict(on: index, .strict, now) != .yes { continue }
            room += max(0, Int(most) - Int(inFlight(index)))
        }
        return room
    }
}
