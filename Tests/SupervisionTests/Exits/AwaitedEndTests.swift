import Basics
import Testing

@testable import Supervision

@Suite("What is said of those who are waited for")
struct AwaitedEndTests {
    private static let now = Instant(nanoseconds: 5_000_000_000_000)

    private func end(
        _ rest: [String]? = nil, work: String = "", in span: Nanoseconds = .seconds(3)
    ) -> AwaitedEnd {
        AwaitedEnd(title: "worker (pid 7)", rest: rest, work: work, killAt: Self.now + span)
    }

    @Test
    func `names what is left, what it has in hand and when it is killed`() {
        #expect(end().sentence(now: Self.now) == "worker (pid 7), killed in 3.0 s")
        #expect(
            end(["pid 8 (sh)"], work: "2 requests").sentence(now: Self.now)
                == "worker (pid 7), of which pid 8 (sh) is left, which has 2 requests in hand, "
                + "killed in 3.0 s")
        #expect(
            end(["pid 8 (sh)", "pid 9 (cat)"]).sentence(now: Self.now)
                == "worker (pid 7), of which pid 8 (sh), pid 9 (cat) are left, killed in 3.0 s")
        let many = end(["a", "b", "c", "d", "e"]).sentence(now: Self.now) ?? ""
        #expect(many.contains("of which a, b, c and 2 more are left"))
    }

    @Test(arguments: [0, 1, 99] as [UInt64])
    func `is nothing where the wait is about to end`(milliseconds: UInt64) {
        let late = end(in: .milliseconds(milliseconds))
        #expect(late.sentence(now: Self.now) == nil)
        #expect(late.sentence(now: Self.now + .seconds(1)) == nil)
    }

    @Test
    func `is nothing where none is left`() {
        #expect(end([]).sentence(now: Self.now) == nil)
    }

    @Test
    func `tells of one that was killed only where it is still there much later`() {
        var killed = AwaitedEnd(title: "worker (pid 7)", killedAt: Self.now)
        #expect(killed.sentence(now: Self.now) == nil)
        #expect(killed.sentence(now: Self.now + .milliseconds(1999)) == nil)
        let later = Self.now + .seconds(4)
        #expect(killed.sentence(now: later) == "worker (pid 7), killed")
        killed.isKept = true
        #expect(killed.sentence(now: later)?.contains("uninterruptible sleep") == true)
        killed.rest = []
        #expect(killed.sentence(now: later) == nil)
    }
}
