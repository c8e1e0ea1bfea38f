import Basics
import Choosing
import Control
import Kernel
import Scoreboard

@testable import Balancing

/// Three backends, and a picker that chooses among them.
final class PickerStage {
    typealias Algorithm = BalancerOptions.Algorithm
    static let start = Instant(nanoseconds: 1_000_000_000_000)
    static let client = ClientNetwork.inet(0x7F00_0001)

    let board: Scoreboard
    var picker: Picker
    var now = PickerStage.start

    /// What a picker is made from.
    struct Given {
        var algorithm: Algorithm
        var terms = Picker.Terms()
    }

    init(
        _ given: Given, facts: [MemberFact] = [.ready, .ready, .ready],
        weights: [UInt32] = [1, 1, 1]
    ) throws {
        board = try Scoreboard(backends: 4, workers: 2)
        board.use(worker: 0)
        picker = Picker(
            given.terms,
            roster: Self.roster(facts, weights: weights, algorithm: given.algorithm),
            scoreboard: board, seed: 7)
    }

    static func roster(
        _ facts: [MemberFact], weights: [UInt32] = [1, 1, 1], generation: UInt64 = 1,
        algorithm: Algorithm? = nil, version: UInt64 = 1
    ) -> Roster {
        let members = facts.enumerated().map { index, fact in
            RosterMember(
                slot: BackendSlot(UInt32(index)), generation: generation,
                name: "backend.\(index + 1)", address: "127.0.0.1:\(3001 + index)", fact: fact,
                weight: weights[index])
        }
        return Roster(RosterWord(version: version, members: members, algorithm: algorithm))
    }

    /// A pick of one of three that are ready, with nothing passed over.
    static func pick(_ index: Int, _ reason: ChoiceReason) -> Pick {
        Pick(index: index, why: ChoiceFacts(reason: reason, ready: 3, members: 3))
    }

    static func process(_ index: Int) -> BackendProcess {
        BackendProcess(slot: BackendSlot(UInt32(index)), generation: 1)
    }

    func pick(
        tried: [Int] = [], key: UInt64 = 0, client: ClientNetwork? = nil,
        cookie: BackendSlot? = nil
    ) -> Choice {
        var log = AttemptLog()
        for index in tried { log.append(Self.process(index)) }
        let request = Picker.Request(key: key, client: client, cookie: cookie)
        if tried.isEmpty { return picker.pick(for: request, now: now) }
        return picker.pick(for: request, besides: log, now: now)
    }

    /// How often each of the three is chosen.
    func shares(_ count: Int, tried: [Int] = []) -> [Int] {
        var shares = [0, 0, 0]
        for turn in 0..<count {
            let choice = pick(tried: tried, key: KeyHash.mixed(UInt64(turn)))
            if case .backend(let pick) = choice { shares[pick.index] += 1 }
        }
        return shares
    }

    func isWithinLimit(_ index: Int) -> Bool { picker.isWithinLimit(index) }

    func room(at slot: BackendSlot? = nil) -> Int { picker.room(at: slot, now: now) }

    func busy(_ index: Int, _ count: Int = 1) {
        for _ in 0..<count {
            board.counters(ofWorker: 0).dispatched(slot: Self.process(index).slot, generation: 1)
        }
    }

    func free(_ index: Int) {
        board.counters(ofWorker: 0).released(slot: Self.process(index).slot, generation: 1)
    }

    func suspect(_ index: Int) {
        for _ in 0..<Suspicion.threshold { picker.unreached(Self.process(index)) }
    }

    func down(_ index: Int) {
        board.checks(slot: Self.process(index).slot).set(isDown: true, 1)
    }
}

func terms(
    _ algorithm: PickerStage.Algorithm, _ change: (inout Picker.Terms) -> Void = { _ in }
) -> PickerStage.Given {
    var given = PickerStage.Given(algorithm: algorithm)
    change(&given.terms)
    return given
}
