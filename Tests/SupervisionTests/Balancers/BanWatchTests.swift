import Basics
import Control
import Kernel
import Logs
import Testing

@testable import Supervision

/// What is told of the clients that balancers shut out.
@Suite struct BanWatchTests {
    private func at(_ seconds: UInt64) -> Instant {
        Instant(nanoseconds: 0) + .seconds(1_000 + seconds)
    }

    private func notice(_ client: String, until end: UInt64) -> BanNotice {
        BanNotice(
            client: client, until: at(end), lasting: .seconds(30), refusals: 3,
            within: .seconds(10))
    }

    /// What is looked at again and again.
    private final class Watched {
        var watch = BanWatch()

        func look(at now: Instant, end: Instant? = nil) -> [String] {
            watch.look(now: now) { _ in end }.map(\.sentence)
        }
    }

    @Test func `a ban is told, and that it is over when its time has come`() {
        let watched = Watched()
        #expect(watched.watch.nextLook == .never)
        #expect(
            watched.watch.banned(notice("192.0.2.7", until: 30)).sentence
                == "192.0.2.7 is banned for 30.0 s: refused 3 times within 10.0 s")
        _ = watched.watch.banned(notice("2001:db8::/64", until: 20))
        #expect(watched.watch.nextLook == at(20))
        #expect(watched.look(at: at(20)) == [])
        #expect(watched.look(at: at(21)) == ["2001:db8::/64 may come in again: its ban is over"])
        #expect(watched.watch.nextLook == at(30))
        #expect(watched.look(at: at(31)) == ["192.0.2.7 may come in again: its ban is over"])
        #expect(watched.look(at: at(32)) == [] && watched.watch.nextLook == .never)
    }

    @Test func `one that is shut out anew meanwhile is told of at the later end`() {
        let watched = Watched()
        _ = watched.watch.banned(notice("192.0.2.7", until: 30))
        #expect(watched.look(at: at(31), end: at(50)) == [] && watched.watch.nextLook == at(50))
        #expect(watched.look(at: at(51)).count == 1)
    }

    @Test func `one whose ban was lifted is not told of twice`() throws {
        let watched = Watched()
        _ = watched.watch.banned(notice("192.0.2.7", until: 30))
        watched.watch.lifted(try #require(ClientNetwork("192.0.2.7")))
        #expect(watched.look(at: at(31)) == [])
        _ = watched.watch.banned(notice("192.0.2.8", until: 60))
        watched.watch.liftedAll()
        #expect(watched.look(at: at(61)) == [] && watched.watch.nextLook == .never)
    }

    @Test func `a flood is told by its number, and takes no more memory than it may`() {
        let watched = Watched()
        for number in 0..<5_000 {
            _ = watched.watch.banned(notice("10.0.\(number / 250).\(number % 250)", until: 30))
        }
        #expect(
            watched.look(at: at(31))
                == ["\(Limits.rememberedBans) clients may come in again: their bans are over"])
        let odd = watched.watch.banned(notice("no address", until: 30))
        #expect(odd.kind == .banned)
        #expect(watched.watch.nextLook == .never)
    }
}
