import Basics
import Control
import Testing

@testable import Balancing

/// What is told of clients that workers have shut out.
@Suite struct BanNewsTests {
    private func at(_ milliseconds: UInt64) -> Instant {
        Instant(nanoseconds: 0) + .milliseconds(10_000 + milliseconds)
    }

    private func notice(_ number: Int) -> BanNotice {
        BanNotice(
            client: "192.0.2.\(number)", until: at(30_000), lasting: .seconds(30), refusals: 3,
            within: .seconds(10))
    }

    @Test func `a few a second are named, at once, and the others counted when it is over`() {
        var news = BanNews()
        for number in 0..<25 {
            let isNews = news.add(notice(number), now: at(0))
            #expect(isNews == (number <= Limits.bansNamed))
        }
        let first = news.take(now: at(1))
        #expect(first.notices.map(\.client) == (0..<Limits.bansNamed).map { "192.0.2.\($0)" })
        #expect(first.more == 0 && news.nextLook == at(1_000))
        #expect(news.take(now: at(999)) == BanNews.Told())
        #expect(news.take(now: at(1_000)) == BanNews.Told(notices: [], more: 15))
        #expect(news.nextLook == nil && news.take(now: at(1_001)) == BanNews.Told())
    }

    @Test func `a later second has its own`() {
        var news = BanNews()
        for number in 0...Limits.bansNamed { _ = news.add(notice(number), now: at(0)) }
        let isNews = news.add(notice(99), now: at(1_500))
        #expect(isNews)
        let told = news.take(now: at(1_500))
        #expect(told.notices.last?.client == "192.0.2.99")
        // Of the earlier second it is told with those of this one.
        #expect(told.more == 0 && news.nextLook == at(2_500))
        #expect(news.take(now: at(2_500)).more == 1)
    }

    @Test func `a balancer that runs alone says it in a sentence`() {
        #expect(
            notice(7).sentence == "192.0.2.7 is banned for 30.0 s: refused 3 times within 10 s")
    }
}
