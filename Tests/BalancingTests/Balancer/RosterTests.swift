import Basics
import Choosing
import Control
import Synchronization
import Testing

@testable import Balancing

@Suite struct RosterTests {
    private func member(
        _ slot: BackendSlot, _ fact: MemberFact, generation: UInt64 = 1, weight: UInt32 = 1,
        address: String? = nil, ended: BackendEnding? = nil, returns: Instant = .never
    ) -> RosterMember {
        RosterMember(
            slot: slot, generation: generation, name: "backend.\(slot.number)",
            address: address ?? "127.0.0.1:\(3000 + slot.number)", fact: fact, weight: weight,
            ended: ended, returns: returns)
    }

    private func roster(
        _ members: [RosterMember], hashes: Bool = false, after last: Roster? = nil
    ) -> Roster {
        var needs = Roster.Needs()
        needs.algorithm = hashes ? .hash : .roundRobin
        return Roster(RosterWord(version: 1, members: members), needs: needs, after: last)
    }

    private static let facts: [MemberFact] = [.starting, .ready, .draining, .paused, .gone]

    @Test func `only ready members take turns`() {
        let facts: [MemberFact] = [.ready, .starting, .ready, .draining, .paused, .gone]
        let members = facts.enumerated().map { member(BackendSlot(UInt32($0.offset)), $0.element) }
        let roster = Roster(RosterWord(version: 1, members: members))
        #expect(roster.rotation == [0, 2])
    }

    @Test func `a process that was replaced or is gone is not current any more`() {
        let roster = Roster(
            RosterWord(
                version: 2, members: [member(0, .ready, generation: 7), member(1, .gone)]))
        #expect(roster.isCurrent(slot: 0, generation: 7))
        #expect(!roster.isCurrent(slot: 0, generation: 6))
        #expect(!roster.isCurrent(slot: 1, generation: 1))
        #expect(!roster.isCurrent(slot: 9, generation: 1))
    }

    @Test func `of all facts and weights each that is ready has its share, and no other any`() {
        let kinds = Self.facts.flatMap { fact in
            ([0, 1, 3] as [UInt32]).map { (fact: fact, weight: $0) }
        }
        for one in kinds {
            for two in kinds {
                let all = [one, two, (.ready, 2)]
                let roster = roster(
                    all.enumerated().map { index, kind in
                        member(BackendSlot(UInt32(index)), kind.fact, weight: kind.weight)
                    })
                let may = all.indices.filter { all[$0].fact == .ready && all[$0].weight > 0 }
                #expect(roster.ready == may)
                let weights = may.map { Int(all[$0].weight) }
                let turns = may.map { index in roster.rotation.count { $0 == index } }
                let rounds = turns[0] * weights.reduce(0, +) / weights[0]
                #expect(roster.rotation.count == rounds && rounds > 0)
                for (turn, weight) in zip(turns, weights) {
                    #expect(turn * weights[0] == turns[0] * weight)
                }
                for word in 0..<32 as Range<UInt64> {
                    #expect(may.indices.contains(roster.draws.draw(word << 59)))
                }
            }
        }
    }

    @Test func `a member is found by its slot, wherever it stands, and only there`() {
        let slots: [BackendSlot] = [7, 0, 3]
        var members = slots.map { member($0, .ready) }
        // One with an unreadable address is no member, and makes no other one different.
        members.insert(member(5, .ready, address: "nowhere"), at: 1)
        let roster = roster(members)
        #expect(roster.members.map(\.slot) == slots && roster.ready == [0, 1, 2])
        for number in 0..<20 as Range<UInt32> {
            let slot = BackendSlot(number)
            #expect(roster.index(ofSlot: slot) == slots.firstIndex(of: slot))
        }
        #expect(self.roster([]).index(ofSlot: 0) == nil && self.roster([]).returns == .never)
    }

    @Test func `a process may have connections as long as it is there, in whatever state`() {
        for fact in Self.facts {
            let roster = roster([member(2, fact, generation: 7)])
            for generation in [6, 7, 8] as [UInt64] {
                let isCurrent = roster.isCurrent(slot: 2, generation: generation)
                #expect(isCurrent == (generation == 7 && fact != .gone))
            }
        }
    }

    @Test func `the ending that is told is that of the process which is asked for`() {
        let ended = BackendEnding(
            generation: 6, pid: 4242, cause: .exited(code: 1), wasPlanned: false,
            at: Instant(nanoseconds: 5), ran: .seconds(1))
        let roster = roster([
            member(0, .ready, generation: 7, ended: ended), member(1, .ready, generation: 6),
        ])
        for generation in 5...8 as ClosedRange<UInt64> {
            let told = roster.ending(slot: 0, generation: generation)
            #expect(told == (generation == 6 ? ended : nil))
        }
        #expect(roster.ending(slot: 1, generation: 6) == nil)
        #expect(roster.ending(slot: 9, generation: 6) == nil)
    }

    @Test func `a member is expected when the first is`() {
        let times = [Instant.never, Instant(nanoseconds: 9), Instant(nanoseconds: 4)]
        let members = times.enumerated().map {
            member(BackendSlot(UInt32($0.offset)), .gone, returns: $0.element)
        }
        #expect(roster(members).returns == Instant(nanoseconds: 4))
        #expect(roster([members[0]]).returns == .never)
    }

    @Test func `a key stays where it belongs while that is away, whatever else comes`() throws {
        func owners(_ roster: Roster) throws -> [UInt32] {
            let ring = try #require(roster.ring)
            return (0..<200 as Range<UInt64>).map { key in
                let owner = ring.pick(key: KeyHash.mixed(key)) { _ in true } ?? 0
                return roster.members[owner].slot.number
            }
        }
        let first = roster([member(0, .ready), member(1, .ready)], hashes: true)
        let away = roster([member(0, .gone), member(1, .ready)], hashes: true, after: first)
        let before = try owners(first)
        #expect(Set(before) == [0, 1])
        #expect(try owners(away) == before)
        let more = roster(
            [member(2, .ready), member(1, .ready), member(0, .ready)], hashes: true, after: away)
        for (was, now) in zip(before, try owners(more)) { #expect(now == was || now == 2) }
        #expect(roster([member(0, .ready)]).ring == nil)
    }

    @Test func `an older roster does not replace a newer one`() throws {
        let board = try RosterBoard(Roster(RosterWord(version: 5, members: [])), workers: 1)
        board.put(up: Roster(RosterWord(version: 4, members: [member(0, .ready)])))
        #expect(board.roster.version == 5)
        board.put(up: Roster(RosterWord(version: 6, members: [member(0, .ready)])))
        #expect(board.roster.version == 6)
        #expect(board.version.load(ordering: .acquiring) == 6)
    }

    @Test func `a version is adopted when the last worker has adopted it`() throws {
        let board = try RosterBoard(Roster(RosterWord(version: 1, members: [])), workers: 2)
        board.adopted(3, by: 0)
        #expect(board.adoptedByAll() == 0)
        board.adopted(2, by: 1)
        #expect(board.adoptedByAll() == 2)
    }

    @Test func `what is told to the control thread it takes once`() throws {
        let board = try RosterBoard(Roster(RosterWord(version: 1, members: [])), workers: 1)
        #expect(board.takeSentences() == [] && !board.takeEndOfAccepting())
        board.announce("a")
        board.announce("b")
        board.stoppedAccepting()
        #expect(board.takeSentences() == ["a", "b"] && board.takeEndOfAccepting())
        #expect(board.takeSentences() == [] && !board.takeEndOfAccepting())
    }
}
