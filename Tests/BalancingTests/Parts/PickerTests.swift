import Basics
import Choosing
import Control
import Scoreboard
import Testing

@testable import Balancing

@Suite struct PickerTests {
    private static let all = PickerStage.Algorithm.allCases

    @Test(arguments: all)
    func `only a ready backend is chosen, and none where none is`(
        algorithm: PickerStage.Algorithm
    ) throws {
        let others: [MemberFact] = [.starting, .draining, .paused, .gone]
        for fact in others {
            let stage = try PickerStage(terms(algorithm), facts: [fact, .ready, fact])
            #expect(stage.shares(20) == [0, 20, 0])
            let empty = try PickerStage(terms(algorithm), facts: [fact, fact, fact])
            #expect(empty.pick() == .noBackend)
        }
        let none = try PickerStage(terms(algorithm), weights: [0, 0, 0])
        #expect(none.pick() == .noBackend)
    }

    @Test(arguments: all)
    func `whatever was chosen by before, another algorithm keeps its promises at once`(
        algorithm: PickerStage.Algorithm
    ) throws {
        for earlier in Self.all {
            let stage = try PickerStage(terms(earlier))
            _ = stage.shares(100)
            for index in 0..<3 {
                stage.picker.answered(
                    PickerStage.process(index), after: .milliseconds(2), now: stage.now)
            }
            stage.picker.adopted(
                PickerStage.roster(
                    [.ready, .ready, .starting], algorithm: algorithm, version: 2),
                now: stage.now)
            #expect(stage.picker.hashesKeys == (algorithm == .hash))
            let shares = stage.shares(1000)
            #expect(shares[2] == 0 && shares[0] + shares[1] == 1000)
            #expect(shares[0] > 200 && shares[1] > 200, "\(earlier), \(algorithm): \(shares)")
            if algorithm == .roundRobin { #expect(shares == [500, 500, 0]) }
        }
    }

    @Test func `what came before keys were hashed does not all go to one place`() throws {
        let stage = try PickerStage(terms(.hash))
        var seen: Set<Int> = []
        for _ in 0..<200 {
            if case .backend(let pick) = stage.pick(key: 0) { seen.insert(pick.index) }
        }
        #expect(seen == [0, 1, 2])
    }

    @Test(arguments: all)
    func `all have their part`(algorithm: PickerStage.Algorithm) throws {
        let stage = try PickerStage(terms(algorithm))
        let shares = stage.shares(3000)
        #expect(shares.reduce(0, +) == 3000)
        #expect(shares.allSatisfy { (700...1300).contains($0) }, "\(shares)")
        if algorithm == .roundRobin { #expect(shares == [1000, 1000, 1000]) }
    }

    @Test(arguments: all)
    func `a heavier one has more`(algorithm: PickerStage.Algorithm) throws {
        let stage = try PickerStage(terms(algorithm), weights: [1, 4, 1])
        let shares = stage.shares(3000)
        #expect(shares[1] > shares[0] * 2 && shares[1] > shares[2] * 2, "\(shares)")
        if algorithm == .roundRobin { #expect(shares == [500, 2000, 500]) }
    }

    @Test(arguments: all)
    func `a request goes where it has not been, and again where it has been everywhere`(
        algorithm: PickerStage.Algorithm
    ) throws {
        let stage = try PickerStage(terms(algorithm))
        #expect(stage.shares(30, tried: [0, 2]) == [0, 30, 0])
        let choice = stage.pick(tried: [0, 1, 2])
        guard case .backend(let pick) = choice else {
            Issue.record("\(choice)")
            return
        }
        #expect(pick.why.reason == .again)
    }

    @Test(arguments: all)
    func `one that its checks find down gets nothing, unless all are`(
        algorithm: PickerStage.Algorithm
    ) throws {
        let stage = try PickerStage(terms(algorithm))
        stage.down(1)
        #expect(stage.shares(100)[1] == 0)
        stage.down(0)
        #expect(stage.shares(100) == [0, 0, 100])
        stage.down(2)
        #expect(stage.shares(30).reduce(0, +) == 30)
        guard case .backend(let pick) = stage.pick() else { return }
        #expect(pick.why.reason == .leastBad)
    }

    @Test(arguments: all)
    func `one under suspicion gets one request a pause, and all after it has answered`(
        algorithm: PickerStage.Algorithm
    ) throws {
        let stage = try PickerStage(terms(algorithm))
        stage.suspect(1)
        var trials: [Pick] = []
        for _ in 0..<4 {
            stage.now = stage.now + Suspicion.pause
            for turn in 0..<300 {
                let choice = stage.pick(key: KeyHash.mixed(UInt64(turn)))
                if case .backend(let pick) = choice, pick.index == 1 { trials.append(pick) }
            }
        }
        #expect(trials.map(\.why.reason) == .init(repeating: .trial, count: 4))
        for index in 0..<3 {
            stage.picker.answered(
                PickerStage.process(index), after: .milliseconds(1), now: stage.now)
        }
        #expect(stage.shares(300)[1] > 50)
    }

    @Test(arguments: all)
    func `no more is given to one than it may have, and then it is waited for`(
        algorithm: PickerStage.Algorithm
    ) throws {
        let stage = try PickerStage(terms(algorithm) { $0.maxInFlight = 2 })
        for turn in 0..<6 {
            let choice = stage.pick(key: KeyHash.mixed(UInt64(turn)))
            guard case .backend(let pick) = choice else {
                Issue.record("\(choice) after \(turn)")
                return
            }
            stage.busy(pick.index)
            #expect(stage.isWithinLimit(pick.index))
        }
        #expect(stage.pick() == .busy(nil))
        #expect(stage.room() == 0)
        // Another thread claimed a place at the same moment.
        stage.busy(0)
        #expect(!stage.isWithinLimit(0))
        stage.free(0)
        stage.free(1)
        #expect(stage.room() == 1 && stage.room(at: 1) == 1 && stage.room(at: 0) == 0)
        #expect(stage.shares(5) == [0, 5, 0])
    }

    @Test(arguments: all)
    func `a healthy one that is full is waited for, rather than a bad one taken`(
        algorithm: PickerStage.Algorithm
    ) throws {
        let stage = try PickerStage(terms(algorithm) { $0.maxInFlight = 1 })
        stage.down(0)
        stage.down(1)
        stage.busy(2)
        #expect(stage.pick() == .busy(nil))
        stage.free(2)
        #expect(stage.shares(3) == [0, 0, 3])
    }

    @Test func `why it was this one is said`() throws {
        for algorithm in Self.all {
            let stage = try PickerStage(terms(algorithm))
            guard case .backend(let pick) = stage.pick() else { return }
            let expected: ChoiceReason =
                switch algorithm {
                case .roundRobin: .turn
                case .leastConnections: .load
                case .leastResponseTime: .time
                case .random: .draw
                case .hash: .key
                }
            #expect(pick.why.reason == expected)
        }
    }

    @Test(arguments: [PickerStage.Algorithm.leastConnections, .random])
    func `a backend with less in flight is preferred, and one that fails is not`(
        algorithm: PickerStage.Algorithm
    ) throws {
        let stage = try PickerStage(terms(algorithm))
        stage.busy(0, 5)
        stage.busy(1, 5)
        #expect(stage.shares(300)[2] > 190)
        for _ in 0..<20 { stage.picker.failed(PickerStage.process(2), now: stage.now) }
        #expect(stage.shares(300)[2] < 150)
    }

    @Test func `fast answers are preferred by response time, and fast failures are not`() throws {
        let stage = try PickerStage(terms(.leastResponseTime))
        func answer(_ index: Int, _ time: Nanoseconds) {
            stage.picker.answered(PickerStage.process(index), after: time, now: stage.now)
        }
        for _ in 0..<50 {
            stage.now = stage.now + .milliseconds(10)
            answer(0, .milliseconds(50))
            answer(1, .milliseconds(1))
            answer(2, .milliseconds(50))
        }
        for index in 0..<3 { stage.busy(index, 2) }
        #expect(stage.shares(100)[1] == 100)
        stage.picker.failed(PickerStage.process(1), now: stage.now)
        #expect(stage.shares(100)[1] == 0)
    }

    @Test func `a key stays where it is, and moves only if its backend can't be chosen`() throws {
        let stage = try PickerStage(terms(.hash))
        func places() -> [Int] {
            (0..<200).map { turn in
                let key = KeyHash.mixed(UInt64(turn + 1))
                guard case .backend(let pick) = stage.pick(key: key) else { return -1 }
                return pick.index
            }
        }
        let before = places()
        #expect(places() == before)
        stage.down(1)
        let after = places()
        for (old, new) in zip(before, after) { #expect(old == 1 ? new != 1 : new == old) }
    }

    @Test func `with a balance factor no key makes one much busier than the others`() throws {
        let stage = try PickerStage(terms(.hash) { $0.balanceFactor = 125 })
        for _ in 0..<30 {
            guard case .backend(let pick) = stage.pick(key: 42) else { return }
            stage.busy(pick.index)
        }
        let inFlight = (0..<3).map {
            stage.board.totals(slot: PickerStage.process($0).slot, generation: 1).inFlight
        }
        #expect(inFlight.allSatisfy { $0 <= 14 }, "\(inFlight)")
    }
}
