import Basics
import Kernel
import Testing

@testable import Scoreboard

/// The banned can be seen, by whatever process looks.
@Suite struct BanListTests {
    private let board: Scoreboard

    init() throws { board = try Scoreboard(backends: 1, workers: 1) }

    private func at(_ seconds: UInt64) -> Instant {
        Instant(nanoseconds: 0) + .seconds(seconds)
    }

    @Test func `a banned client is listed until its time is over, once, the latest end first`()
        throws
    {
        let old = ClientNetwork.inet(0xC000_0207)
        let new = ClientNetwork.network6(0x2001_0DB8_0001_0002)
        board.banList.add(old, until: at(10))
        board.banList.add(new, until: at(20))
        board.banList.add(old, until: at(15))
        let entries = board.banList.entries(now: at(5))
        #expect(
            entries == [.init(client: new, until: at(20)), .init(client: old, until: at(15))])
        #expect("\(new)" == "2001:db8:1:2::/64" && "\(old)" == "192.0.2.7")
        #expect(board.banList.entries(now: at(15)).map(\.client) == [new])
        #expect(board.banList.entries(now: at(20)).isEmpty)
    }

    @Test func `one that is removed does not come back`() {
        let client = ClientNetwork.inet(1)
        board.banList.add(client, until: at(10))
        board.banList.add(client, until: at(20))
        board.banList.remove(client, now: at(1))
        #expect(board.banList.entries(now: at(1)).isEmpty)
    }

    @Test func `however many there are, the latest are seen`() {
        for number in 1...10_000 { board.banList.add(.inet(UInt32(number)), until: at(10)) }
        let seen = board.banList.entries(now: at(1)).map(\.client)
        #expect(seen.count == 4096)
        #expect(seen.contains(.inet(10_000)) && seen.contains(.inet(10_000 - 4095)))
    }

    @Test func `another process sees the tables and the secret`() throws {
        let path =
            "/proc/\(ThisProcess.pid)/fd/\(board.memory.descriptor.reference.text)"
        let other = try #require(
            try Scoreboard(sharing: try Files.open(path, for: .update)))
        #expect(other.secret == board.secret)
        #expect(board.secret != (try Scoreboard(backends: 1, workers: 1).secret))
        #expect(board.rateWords.exchange(0, with: 7, at: 3))
        #expect(!other.rateWords.exchange(0, with: 8, at: 3))
        #expect(other.rateWords.load(3) == 7)
        #expect(other.stickyWords.load(3) == 0 && other.refusedWords.load(3) == 0)
        board.noteReturn(slot: 0, at: at(4))
        #expect(other.returned(slot: 0) == at(4) && other.lastReturn == at(4))
    }
}
