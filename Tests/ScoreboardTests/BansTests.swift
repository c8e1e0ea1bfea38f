import Basics
import Choosing
import Kernel
import Testing

@testable import Scoreboard

/// The banned clients: the table decides, whatever the list of addresses still knows.
@Suite struct BansTests {
    private let board: Scoreboard
    private let table: BanTable<SharedWords>
    private let now = Instant(nanoseconds: 5_000_000_000)

    init() throws {
        board = try Scoreboard(backends: 1, workers: 1)
        table = BanTable(
            board.refusedWords,
            ban: Ban(refusals: 1, within: .seconds(10), lasting: .seconds(100)))
        board.bans.setInForce(true)
    }

    private func client(_ number: Int) -> ClientNetwork { .inet(UInt32(number)) }

    private func ban(_ client: ClientNetwork, listed: Bool = true) {
        let end = table.refused(board.bans.identity.of(client), now: now)
        if listed, let end { board.bans.note(client, until: end) }
    }

    @Test func `of more than can be listed all are counted, and each can be lifted`() {
        for number in 1...5000 { ban(client(number)) }
        #expect(board.bans.listed(now: now).count == 4096)
        #expect(board.bans.count(now: now) == 5000)
        for number in [1, 904, 905, 5000] {
            #expect(board.bans.end(of: client(number), now: now) == now + .seconds(100))
            #expect(board.bans.lift(client(number), now: now))
            #expect(board.bans.end(of: client(number), now: now) == nil)
            #expect(!board.bans.lift(client(number), now: now))
        }
        #expect(board.bans.count(now: now) == 4996)
        #expect(board.bans.listed(now: now).count == 4094)
        #expect(board.bans.liftAll(now: now) == 4996)
        #expect(board.bans.count(now: now) == 0 && board.bans.listed(now: now).isEmpty)
        #expect((1...5000).allSatisfy { board.bans.end(of: client($0), now: now) == nil })
    }

    @Test func `a client is let in though the balancer died before it listed the address`() {
        ban(client(7), listed: false)
        #expect(board.bans.listed(now: now).isEmpty)
        #expect(board.bans.count(now: now) == 1)
        #expect(board.bans.lift(client(7), now: now))
        #expect(board.bans.end(of: client(7), now: now) == nil)
    }

    @Test func `what the list says and the table does not is not shown`() {
        board.bans.note(client(8), until: now + .seconds(100))
        #expect(board.bans.listed(now: now).isEmpty)
        // And the time shown is the table's.
        ban(client(9), listed: false)
        board.bans.note(client(9), until: now + .seconds(3600))
        #expect(
            board.bans.listed(now: now)
                == [.init(client: client(9), until: now + .seconds(100))])
    }

    @Test func `IPv4 addresses and IPv6 networks are told apart`() {
        ban(.network6(7))
        #expect(board.bans.end(of: .inet(7), now: now) == nil)
        #expect(board.bans.end(of: .network6(7), now: now) != nil)
    }

    @Test func `where no client is shut out by rule the table is not looked at`() {
        ban(client(1))
        board.bans.setInForce(false)
        #expect(board.bans.count(now: now) == 0)
        #expect(board.bans.end(of: client(1), now: now) == nil)
        #expect(board.bans.listed(now: now).isEmpty && board.bans.liftAll(now: now) == 0)
    }
}
