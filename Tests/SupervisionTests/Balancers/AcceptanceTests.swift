import Basics
import Control
import Testing

@testable import Supervision

@Suite("Whether clients can connect")
struct AcceptanceTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)
    private static let soon = now + Limits.acceptancePatience

    private static let coming = Acceptance.Balancer(
        state: .ready, accepts: true, returns: .never)
    private static let away = Acceptance.Balancer(
        state: .stopped, accepts: false, returns: .never)

    private enum Setup: CaseIterable { case listening, suspended, failing, stuck }

    private func acceptance(_ setup: Setup) -> Acceptance {
        var acceptance = Acceptance()
        switch setup {
        case .listening: break
        case .suspended: acceptance.suspended()
        case .failing: _ = acceptance.couldNotListen(now: Self.now)
        case .stuck: acceptance.couldNotSuspend()
        }
        return acceptance
    }

    @Test
    func `goes by whether a balancer is coming, from every state`() {
        let retry = Self.now + Limits.acceptanceRetry
        for setup in Setup.allCases {
            for isWanted in [true, false] {
                for now in [Self.now, retry, retry + .milliseconds(1)] {
                    var acceptance = acceptance(setup)
                    let before = acceptance.state
                    let action = acceptance.look([isWanted ? Self.coming : Self.away], now: now)
                    switch (setup, isWanted) {
                    case (.listening, true), (.suspended, false), (.stuck, _), (.failing, false):
                        #expect(action == .nothing)
                    case (.listening, false): #expect(action == .suspend)
                    case (.suspended, true): #expect(action == .listen)
                    case (.failing, true): #expect(action == (now > retry ? .listen : .nothing))
                    }
                    let isGivenUp = !isWanted && [.failing, .stuck].contains(setup)
                    #expect(acceptance.state == (isGivenUp ? .suspended : before))
                }
            }
        }
    }

    @Test(arguments: ChildState.allCases)
    func `counts on a balancer that takes clients in, or will soon`(state: ChildState) {
        for accepts in [true, false] {
            for returns in [Self.now, Self.soon, Self.soon + .milliseconds(1), .never] {
                var acceptance = Acceptance()
                let balancer = Acceptance.Balancer(
                    state: state, accepts: accepts, returns: returns)
                let action = acceptance.look([Self.away, balancer], now: Self.now)
                let isComing: Bool
                switch state {
                case .ready, .paused, .starting: isComing = true
                case .draining, .stopping: isComing = accepts || returns <= Self.soon
                case .backoff, .stopped, .failed, .done: isComing = returns <= Self.soon
                }
                #expect(action == (isComing ? .nothing : .suspend))
            }
        }
    }

    @Test
    func `is refused where there is no balancer at all`() {
        var acceptance = Acceptance()
        let action = acceptance.look([], now: Self.now)
        #expect(action == .suspend)
    }

    @Test
    func `is news once where the sockets can't be made to listen`() {
        for (setup, isNews) in [(Setup.listening, false), (.suspended, true), (.failing, false)] {
            var acceptance = acceptance(setup)
            let told = acceptance.couldNotListen(now: Self.now)
            #expect(told == isNews)
            #expect(acceptance.nextLook([], now: Self.now) == Self.now + Limits.acceptanceRetry)
            acceptance.listened()
            #expect(acceptance.state == .listening)
            #expect(acceptance.nextLook([Self.away], now: Self.now) == .never)
        }
    }

    @Test
    func `is looked at when the first balancer that backs off is nearly back`() {
        func backoff(_ returns: Instant) -> Acceptance.Balancer {
            Acceptance.Balancer(state: .backoff, accepts: false, returns: returns)
        }
        let acceptance = acceptance(.suspended)
        let later = Self.soon + .seconds(3)
        #expect(acceptance.nextLook([], now: Self.now) == .never)
        #expect(acceptance.nextLook([Self.away, backoff(Self.soon)], now: Self.now) == .never)
        let next = acceptance.nextLook(
            [backoff(later + .seconds(1)), backoff(later)], now: Self.now)
        #expect(next == Self.now + .seconds(3))
    }
}
