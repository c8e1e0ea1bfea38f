import Basics
import Control
import Testing

@testable import Balancing

@Suite struct PickerPlaceTests {
    @Test func `a client comes back to where it was, for as long as it is kept`() throws {
        let stage = try PickerStage(terms(.roundRobin) { $0.staysFor = .seconds(60) })
        #expect(stage.pick(client: PickerStage.client) != .noBackend)
        stage.picker.placed(PickerStage.client, on: PickerStage.process(2), now: stage.now)
        let own = Choice.backend(PickerStage.pick(2, .address))
        for _ in 0..<5 { #expect(stage.pick(client: PickerStage.client) == own) }
        // A retry goes elsewhere.
        #expect(stage.pick(tried: [2], client: PickerStage.client) != own)
        stage.now = stage.now + .seconds(61)
        #expect(stage.pick(client: PickerStage.client) != own)
    }

    @Test func `its place is its process's, and not the next one's`() throws {
        let stage = try PickerStage(terms(.roundRobin) { $0.staysFor = .seconds(60) })
        stage.picker.placed(PickerStage.client, on: PickerStage.process(1), now: stage.now)
        stage.picker.adopted(
            PickerStage.roster([.ready, .ready, .ready], generation: 2), now: stage.now)
        guard case .backend(let pick) = stage.pick(client: PickerStage.client) else { return }
        #expect(pick.why.reason == .turn)
    }

    @Test func `a cookie names the backend, whichever process that is`() throws {
        let stage = try PickerStage(terms(.roundRobin) { $0.heedsCookie = true })
        let own = Choice.backend(PickerStage.pick(1, .cookie))
        for _ in 0..<3 { #expect(stage.pick(cookie: 1) == own) }
        stage.picker.adopted(
            PickerStage.roster([.ready, .ready, .ready], generation: 2), now: stage.now)
        #expect(stage.pick(cookie: 1) == own)
        // One that it does not know is none.
        #expect(stage.pick(cookie: 3) != .noBackend)
    }

    @Test(arguments: [true, false])
    func `where its place can't be chosen it goes elsewhere`(isCookie: Bool) throws {
        func stage(_ facts: [MemberFact] = [.ready, .ready, .ready]) throws -> PickerStage {
            let terms = terms(.roundRobin) {
                if isCookie { $0.heedsCookie = true } else { $0.staysFor = .seconds(60) }
            }
            let stage = try PickerStage(terms, facts: facts)
            stage.picker.placed(PickerStage.client, on: PickerStage.process(1), now: stage.now)
            return stage
        }
        func reason(_ stage: PickerStage) -> ChoiceReason? {
            let choice = stage.pick(client: PickerStage.client, cookie: 1)
            guard case .backend(let pick) = choice else { return nil }
            return pick.why.reason
        }
        #expect(reason(try stage()) == (isCookie ? .cookie : .address))
        #expect(reason(try stage([.ready, .draining, .ready])) == .turn)
        #expect(reason(try stage([.ready, .gone, .ready])) == .turn)
        let down = try stage()
        down.down(1)
        #expect(reason(down) == .turn)
        let suspect = try stage()
        suspect.suspect(1)
        // The first is the trial that is due.
        #expect(reason(suspect) == (isCookie ? .cookie : .address))
    }

    @Test func `where its place is full it waits for that`() throws {
        let stage = try PickerStage(
            terms(.roundRobin) {
                $0.heedsCookie = true
                $0.maxInFlight = 1
            })
        stage.busy(1)
        #expect(stage.pick(cookie: 1) == .busy(1))
        stage.free(1)
        #expect(stage.pick(cookie: 1) == .backend(PickerStage.pick(1, .cookie)))
    }
}

@Suite struct WarmingTests {
    private func stage(_ algorithm: PickerStage.Algorithm) throws -> PickerStage {
        try PickerStage(
            terms(algorithm) { $0.slowStart = .seconds(10) }, facts: [.ready, .starting, .ready])
    }

    private static let warming: [PickerStage.Algorithm] = [
        .roundRobin, .leastConnections, .random,
    ]

    @Test(arguments: warming)
    func `one that comes back gets its share little by little`(
        algorithm: PickerStage.Algorithm
    ) throws {
        let stage = try stage(algorithm)
        stage.picker.adopted(
            PickerStage.roster([.ready, .ready, .ready], algorithm: algorithm), now: stage.now)
        let first = stage.shares(900)[1]
        stage.now = stage.now + .seconds(5)
        let half = stage.shares(900)[1]
        stage.now = stage.now + .seconds(6)
        let whole = stage.shares(900)[1]
        #expect((5...80).contains(first), "\(first)")
        #expect((90...240).contains(half), "\(half)")
        #expect((250...350).contains(whole), "\(whole)")
    }

    @Test func `where all come back at once none is held back`() throws {
        let stage = try PickerStage(
            terms(.roundRobin) { $0.slowStart = .seconds(10) },
            facts: [.starting, .starting, .starting])
        stage.picker.adopted(PickerStage.roster([.ready, .ready, .ready]), now: stage.now)
        #expect(stage.shares(300) == [100, 100, 100])
    }

    @Test func `one that had failed often and answers again has come back`() throws {
        let stage = try PickerStage(terms(.roundRobin) { $0.slowStart = .seconds(10) })
        stage.suspect(1)
        stage.picker.answered(PickerStage.process(1), after: .milliseconds(1), now: stage.now)
        #expect(stage.shares(300)[1] < 60)
        // Without a slow start there is nothing to hold it back.
        let plain = try PickerStage(terms(.roundRobin))
        plain.suspect(1)
        plain.picker.answered(PickerStage.process(1), after: .milliseconds(1), now: plain.now)
        #expect(plain.shares(300) == [100, 100, 100])
    }
}
