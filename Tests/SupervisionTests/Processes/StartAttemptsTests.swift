import Basics
import Testing

@testable import Supervision

@Suite("The attempts to start a child")
struct StartAttemptsTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)
    private static let later = now + .seconds(3)

    private enum Event: CaseIterable {
        case began, spawned, becameReady, wasLate, sawStranger, endedByStranger, endedAlone
    }

    private func take(_ event: Event, _ attempts: inout StartAttempts, now: Instant) {
        switch event {
        case .began: attempts.began(now: now)
        case .spawned: attempts.spawned(settling: nil, now: now)
        case .becameReady: attempts.becameReady()
        case .wasLate: attempts.wasLate()
        case .sawStranger: _ = attempts.saw(stranger: 7)
        case .endedByStranger: attempts.ended(stranger: 7)
        case .endedAlone: attempts.ended(stranger: nil)
        }
    }

    private func attempts(_ events: [Event]) -> StartAttempts {
        var attempts = StartAttempts()
        for event in events { take(event, &attempts, now: Self.now) }
        return attempts
    }

    @Test
    func `go on from every state as every event says`() {
        let trying = StartAttempts.State.trying(since: Self.now)
        let late = StartAttempts.State.late(since: Self.now)
        let before: [(events: [Event], state: StartAttempts.State)] = [
            ([], .none), ([.began], trying), ([.began, .wasLate], late),
        ]
        for (events, state) in before {
            for event in Event.allCases {
                var attempts = attempts(events)
                #expect(attempts.state == state)
                take(event, &attempts, now: Self.later)
                switch (event, state) {
                case (.began, .none): #expect(attempts.state == .trying(since: Self.later))
                case (.wasLate, .trying), (.endedByStranger, .trying):
                    #expect(attempts.state == late)
                case (.becameReady, _): #expect(attempts.state == .none)
                case (.began, _), (.spawned, _), (.wasLate, _), (.sawStranger, _),
                    (.endedByStranger, _), (.endedAlone, _):
                    #expect(attempts.state == state)
                }
                #expect(attempts.isOver == (attempts.state == .none))
                #expect(attempts.isLate == (attempts.state == late))
            }
        }
    }

    @Test
    func `are in vain when they take longer than one start may`() {
        let limit = Nanoseconds.seconds(2)
        #expect(!attempts([]).isInVain(limit: limit, now: .never))
        for events in [[Event.began], [.began, .wasLate]] {
            let attempts = attempts(events)
            #expect(!attempts.isInVain(limit: limit, now: Self.now + limit))
            #expect(attempts.isInVain(limit: limit, now: Self.later))
        }
        #expect(!attempts([.began, .becameReady]).isInVain(limit: limit, now: .never))
    }

    @Test
    func `tell once of a stranger at the port, until the next one`() {
        var attempts = attempts([.began])
        for pid: Int32 in [7, 8] {
            let isNews = (attempts.saw(stranger: pid), attempts.saw(stranger: pid))
            #expect(isNews == (true, false))
            #expect(attempts.stranger == pid)
        }
        attempts.ended(stranger: nil)
        #expect(attempts.stranger == nil)
        attempts.ended(stranger: 9)
        #expect(attempts.stranger == 9)
        attempts.began(now: Self.later)
        #expect(attempts.stranger == nil)
    }

    @Test
    func `are looked at twice where they take long, and not once they are over`() {
        var attempts = attempts([.began, .spawned])
        #expect(attempts.nextLook == Self.now + Limits.firstStartWatch)
        for due in [StartWatch.Due.firstLook, .slow, nil] {
            let looked = attempts.looked()
            #expect(looked == due)
            let next = looked == .firstLook ? Self.now + Limits.slowStart : .never
            #expect(attempts.nextWatch == next && attempts.nextLook == next)
        }
        attempts.spawned(settling: nil, now: Self.later)
        attempts.becameReady()
        #expect(attempts.nextLook == .never)
    }

    @Test
    func `wait until a process has run long enough to be taken for ready`() {
        var attempts = attempts([.began])
        attempts.spawned(settling: .milliseconds(500), now: Self.now)
        let settled = Self.now + .milliseconds(500)
        #expect(attempts.settlesAt == settled && attempts.nextLook == settled)
        attempts.timePassed(now: settled)
        #expect(attempts.settlesAt == settled)
        attempts.timePassed(now: settled + .milliseconds(1))
        #expect(attempts.settlesAt == nil)
    }
}
