import Basics
import Choosing
import Control
import HTTP1
import Kernel
import Scoreboard

/// Choosing by load or by key; the rotation is in `Worker+Roster`.
extension Worker {
    /// The index of the member that a request goes to; nobody when nobody is ready.
    mutating func chooseByLoad(_ exchange: Exchange.Slot) -> Int? {
        if roster.ready.isEmpty { return nil }
        let turn = plan.scoreboard.takeTurn()
        chance &+= KeyHash.golden
        let word = KeyHash.mixed(chance)
        let tried = exchanges[exchange].attempts.tried
        let key = exchanges[exchange].key
        // Rather one that is suspect than none, and rather one that was tried than none.
        let warms = isWarming()
        for leniency in Leniency.allCases {
            if let index = pick(key, turn, word, tried, leniency, isWarming: warms) {
                if leniency == .strict { noteTrial(index) }
                return index
            }
        }
        return nil
    }

    enum Leniency: CaseIterable { case strict, suspects, anybody }

    private func pick(
        _ key: UInt64, _ turn: UInt64, _ word: UInt64, _ tried: AttemptLog?, _ leniency: Leniency,
        isWarming: Bool
    ) -> Int? {
        let ready = roster.ready
        func price(_ place: Int) -> Cost? {
            admits(ready[place], tried, leniency) ? cost(of: ready[place], isWarming) : nil
        }
        switch plan.algorithm {
        case .roundRobin, .leastConnections, .leastResponseTime:
            return Least.pick(of: ready.count, turn: turn, word: word, cost: price).map {
                ready[$0]
            }
        case .random:
            return roster.draws.pick(turn: turn, word: word) { place in
                // Those with nothing to do are equals: who is on the way to its share lets as many
                // draws pass as it lacks.
                let isHeldBack = isWarming && leniency == .strict
                if isHeldBack && !takesDraw(ready[place], word) { return nil }
                return price(place)
            }.map { ready[$0] }
        case .hash:
            let bound = boundedLoad()
            return roster.ring?.pick(key: key) { index in
                roster.members[index].fact == .ready && admits(index, tried, leniency)
                    && (bound.map { hasRoom(index, $0) } ?? true)
            }
        }
    }

    private func takesDraw(_ index: Int, _ word: UInt64) -> Bool {
        UInt32(KeyHash.mixed(word ^ UInt64(index)) >> 54) < warmth(of: index)
    }

    /// How much each backend may have where keys leave those that have too much.
    private func boundedLoad() -> BoundedLoad? {
        guard let percent = plan.options.hashBalanceFactor else { return nil }
        var inFlight: UInt64 = 0
        var weight: UInt64 = 0
        for index in roster.ready {
            let member = roster.members[index]
            inFlight += UInt64(
                plan.scoreboard.inFlight(slot: member.slot, generation: member.generation))
            weight += UInt64(member.weight)
        }
        return BoundedLoad(percent: percent, inFlight: inFlight, weight: weight)
    }

    private func hasRoom(_ index: Int, _ bound: BoundedLoad) -> Bool {
        let (slot, generation) = (roster.members[index].slot, roster.members[index].generation)
        return bound.hasRoom(
            inFlight: plan.scoreboard.inFlight(slot: slot, generation: generation),
            weight: roster.members[index].weight)
    }

    func admits(_ index: Int, _ tried: AttemptLog?, _ leniency: Leniency) -> Bool {
        let (slot, generation) = (roster.members[index].slot, roster.members[index].generation)
        if leniency != .anybody, let tried, tried.includes(roster.members[index].process) {
            return false
        }
        if leniency != .strict { return true }
        if plan.scoreboard.checks(slot: slot).isDown(generation) { return false }
        let failures = plan.scoreboard.verdict(slot: slot).failures(of: generation)
        return failures < Suspicion.threshold
            || Suspicion.admits(failures: failures, lastTrial: lastTrial[slot.index], now: now)
    }

    /// Who is under suspicion is tried with one request, and then has to wait for another chance.
    private mutating func noteTrial(_ index: Int) {
        let (slot, generation) = (roster.members[index].slot, roster.members[index].generation)
        let failures = plan.scoreboard.verdict(slot: slot).failures(of: generation)
        if failures >= Suspicion.threshold { lastTrial[slot.index] = now }
    }

    private func cost(of index: Int, _ isWarming: Bool) -> Cost {
        let (slot, generation) = (roster.members[index].slot, roster.members[index].generation)
        // In 1024ths for all, where they count.
        let weight =
            isWarming
            ? SlowStart.weight(roster.members[index].weight, at: warmth(of: index))
            : roster.members[index].weight
        let inFlight = plan.scoreboard.inFlight(slot: slot, generation: generation)
        let cell = plan.scoreboard.load(slot: slot)
        if plan.algorithm == .leastResponseTime {
            let words = cell.latency(of: generation)
            return PeakEWMA(word0: words.0, word1: words.1)
                .cost(pending: inFlight, now: now, weight: weight)
        }
        let penalty = FailurePenalty(word: cell.penalty(of: generation)).points(now: now)
        return LeastConnections.Load(inFlight: inFlight, penalty: penalty, weight: weight).cost
    }

    /// A backend has answered: what is known of its response times.
    mutating func noteLatency(_ exchange: Exchange.Slot) {
        if plan.algorithm != .leastResponseTime { return }
        observe(exchange, now.since(exchanges[exchange].attempts.sentAt))
    }

    /// A backend has failed a request: for those who choose by load it is busier than it looks,
    /// or whoever fails fastest would be given most.
    mutating func notePenalty(_ exchange: Exchange.Slot) {
        switch plan.algorithm {
        case .roundRobin, .hash: return
        case .leastResponseTime: observe(exchange, PeakEWMA.failure)
        case .leastConnections, .random:
            let cell = plan.scoreboard.load(slot: exchanges[exchange].attempts.process.slot)
            let generation = exchanges[exchange].attempts.process.generation
            var penalty = FailurePenalty(word: cell.penalty(of: generation))
            penalty.failed(now: now)
            cell.setPenalty(penalty.word, of: generation)
        }
    }

    private func observe(_ exchange: Exchange.Slot, _ taken: Nanoseconds) {
        let cell = plan.scoreboard.load(slot: exchanges[exchange].attempts.process.slot)
        let generation = exchanges[exchange].attempts.process.generation
        let words = cell.latency(of: generation)
        var average = PeakEWMA(word0: words.0, word1: words.1)
        average.observe(taken, now: now)
        cell.setLatency(average.words, of: generation)
    }

    /// The key of the request whose head was just parsed. Where there is none, as without the
    /// cookie, any backend will do.
    mutating func noteKey(_ exchange: Exchange.Slot) {
        let client = exchanges[exchange].client
        var key: UInt64?
        switch plan.options.hashKey {
        case .source:
            let claimed = exchanges[exchange].claimedAddress
            let address = claimed.isEmpty ? clients[client].address : claimed
            key = KeyHash.hash(address.bytes)
        case .uri: key = exchanges[exchange].request.hash(heads.request.pathAndQuery.range)
        case .path: key = exchanges[exchange].request.hashPath(heads.request.pathAndQuery.range)
        case .header(let name): key = exchanges[exchange].request.hash(heads.request, field: name)
        case .cookie(let name): key = exchanges[exchange].request.hash(heads.request, cookie: name)
        }
        chance &+= KeyHash.golden
        exchanges[exchange].key = key ?? KeyHash.mixed(chance)
    }
}

extension Relay {
    /// The hash of a part of the head that was just parsed.
    func hash(_ range: Range<Int>) -> UInt64 {
        KeyHash.hash(head(range))
    }

    /// The hash of a target up to its query.
    func hashPath(_ range: Range<Int>) -> UInt64 {
        let target = head(range)
        var end = 0
        while end < target.count && target[end] != 0x3F { end += 1 }
        return KeyHash.hash(target.extracting(0..<end))
    }

    /// The hash of the first field of this name; nothing without it.
    func hash(_ head: borrowing RequestHead, field name: String) -> UInt64? {
        let all = queue.bytes.extracting(ready..<queue.count)
        return head.value(named: name.utf8.span, in: all).map { hash($0.range) }
    }

    /// The hash of a cookie; nothing without it.
    func hash(_ head: borrowing RequestHead, cookie name: String) -> UInt64? {
        let all = queue.bytes.extracting(ready..<queue.count)
        guard let field = head.value(of: "cookie", in: all) else { return nil }
        let pairs = all.extracting(field.range)
        guard let value = CookiePairs.find(name.utf8.span, in: pairs) else { return nil }
        return KeyHash.hash(pairs.extracting(value))
    }

    @_lifetime(borrow self)
    private func head(_ range: Range<Int>) -> Span<UInt8> {
        queue.bytes.extracting((ready + range.lowerBound)..<(ready + range.upperBound))
    }
}
