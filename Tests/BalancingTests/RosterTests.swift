import Basics
import Control
import Synchronization
import Testing

@testable import Balancing

@Suite struct RosterTests {
    private func member(
        _ slot: BackendSlot, _ fact: MemberFact, generation: UInt64 = 1
    ) -> RosterMember {
        RosterMember(
            slot: slot, generation: generation, name: "backend.\(slot.number)",
            address: "127.0.0.1:\(3000 + slot.number)", fact: fact)
    }

    @Test func `only who is ready takes turns`() {
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
}
