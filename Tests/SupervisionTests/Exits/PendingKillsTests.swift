import Basics
import Control
import Kernel
import Testing

@testable import Supervision

@Suite("Kills whose effect is not known yet")
struct PendingKillsTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)
    private static let child = ChildNumber(3)
    private static let other = ChildNumber(4)

    private func asker(_ number: UInt32) -> ControlConnection.Key {
        ControlConnection.Key(slot: .init(number), generation: 1)
    }

    private func target(
        _ child: ChildNumber = child, isSent: Bool = true, at: Instant = now
    ) -> PendingKills.Target {
        PendingKills.Target(
            child: child,
            report: KillReport(
                name: "web.\(child.index)", port: 3000, pid: isSent ? 42 : 0, signal: 9,
                outOfRotation: nil, next: "not restarted"),
            sentAt: isSent ? at : nil)
    }

    private func adopted(_ version: UInt64?, isReported: Bool = true) -> RosterAdoption {
        RosterAdoption(choosing: [], byAll: version, isReported: isReported)
    }

    /// What is answered to each, as `next` and the time out of rotation.
    private func answers(
        _ kills: inout PendingKills, _ adoption: RosterAdoption, now: Instant = now
    ) -> [UInt32: [String]] {
        var told: [UInt32: [String]] = [:]
        for answer in kills.settle(adoption, now: now) {
            told[answer.asker.slot.number] = answer.reports.map { report in
                report.next
                    + (report.outOfRotation.map { " after \($0.milliseconds) ms" } ?? "")
            }
        }
        return told
    }

    private func kill(
        _ kills: inout PendingKills, _ signal: Signal, for number: UInt32,
        _ targets: [PendingKills.Target]? = nil, restarts: Bool = true
    ) {
        kills.signalled(
            targets ?? [target()], signal, restarts: restarts, asker: asker(number), now: Self.now)
    }

    @Test func `all that asked for it are told at the same moment`() throws {
        var kills = PendingKills()
        for number: UInt32 in 1...3 { kill(&kills, .kill, for: number) }
        #expect(answers(&kills, adopted(1)) == [:])
        let taken = kills.ended(Self.child)
        let ended = try #require(taken)
        #expect(kills.signal(to: Self.child) == nil)
        kills.told(ended, outOfRotation: .milliseconds(1), next: "restarting at once")
        let words = ["restarting at once after 1.0 ms"]
        #expect(answers(&kills, adopted(1)) == [1: words, 2: words, 3: words])
        #expect(kills.isEmpty && kills.deadline == nil)
    }

    @Test func `a request is answered when all of its children are known, in its order`() throws {
        var kills = PendingKills()
        let idle = target(ChildNumber(9), isSent: false)
        kill(&kills, .kill, for: 1, [target(Self.other), idle, target()])
        for child in [Self.child, Self.other] {
            #expect(answers(&kills, adopted(1)) == [:])
            let taken = kills.ended(child)
            let ended = try #require(taken)
            kills.told(ended, outOfRotation: nil, next: "ended \(child.index)")
        }
        #expect(answers(&kills, adopted(1)) == [1: ["ended 4", "not restarted", "ended 3"]])
    }

    @Test func `a request for which nothing could be signalled is answered at once`() {
        var kills = PendingKills()
        kill(&kills, .kill, for: 1, [target(isSent: false)])
        #expect(kills.signal(to: Self.child) == nil)
        #expect(answers(&kills, adopted(nil)) == [1: ["not restarted"]])
    }

    @Test func `a pause is told when every balancer goes by the roster that says it`() {
        var kills = PendingKills()
        for number: UInt32 in 1...2 { kill(&kills, .stop, for: number) }
        kills.paused(Self.child, version: 7)
        #expect(kills.signal(to: Self.child) == nil)
        #expect(answers(&kills, adopted(6)) == [:])
        let words = ["paused after 20.0 ms"]
        let soon = Self.now + .milliseconds(20)
        #expect(answers(&kills, adopted(7), now: soon) == [1: words, 2: words])
    }

    @Test func `a pause is told at once where there is no balancer, or none is told`() {
        for (version, adoption) in [
            (UInt64(7), adopted(nil, isReported: false)), (nil, adopted(6)),
        ] {
            var kills = PendingKills()
            kill(&kills, .terminalStop, for: 1)
            kills.paused(Self.child, version: version)
            #expect(answers(&kills, adoption) == [1: ["paused"]])
        }
    }

    @Test(arguments: [ChildState.starting, .draining, .stopping])
    func `one that stands still and does not serve is no paused one`(state: ChildState) {
        var kills = PendingKills()
        kill(&kills, .stop, for: 1)
        kills.paused(Self.child, version: nil, state: state)
        #expect(
            answers(&kills, adopted(1)) == [
                1: ["stands still while it \(state.phrase); 'kill -s CONT' lets it go on"]
            ])
    }

    @Test func `a pause that no balancer hears of in time is told all the same`() {
        var kills = PendingKills()
        kill(&kills, .stop, for: 1)
        kills.paused(Self.child, version: 7)
        let late = Self.now + Limits.killPatience + .milliseconds(1)
        #expect(answers(&kills, adopted(6), now: late) == [1: ["still running"]])
        #expect(answers(&kills, adopted(7), now: late) == [:])
    }

    @Test func `going on is told at once`() {
        var kills = PendingKills()
        kill(&kills, .proceed, for: 1)
        kills.resumed(Self.child)
        #expect(answers(&kills, adopted(1)) == [1: ["goes on"]])
    }

    @Test func `what is no pause is not answered by one`() {
        var kills = PendingKills()
        kill(&kills, .terminate, for: 1)
        kills.paused(Self.child, version: nil)
        kills.resumed(Self.child)
        #expect(answers(&kills, adopted(1)) == [:])
        #expect(kills.signal(to: Self.child)?.signal == .terminate)
    }

    @Test func `a signal without effect in time excuses no later crash, if it could end nothing`() {
        let late = Self.now + Limits.killPatience + .milliseconds(1)
        for (signal, isLeaderGone, isKept) in [
            (Signal.kill, false, true), (.terminate, false, true), (.user1, false, false),
            (.hangUp, false, false), (.hangUp, true, true),
        ] {
            var kills = PendingKills()
            kill(&kills, signal, for: 1)
            #expect(kills.deadline == Self.now + Limits.killPatience)
            if isLeaderGone { kills.leaderEnded(Self.child) }
            #expect(answers(&kills, adopted(1), now: late) == [1: ["still running"]])
            #expect((kills.signal(to: Self.child) != nil) == isKept)
            #expect(kills.deadline == nil)
        }
    }

    @Test func `a later request decides how long a signal is remembered`() {
        var kills = PendingKills()
        kill(&kills, .user1, for: 1)
        kills.signalled(
            [target(at: Self.now + .milliseconds(500))], .user2, restarts: true, asker: asker(2),
            now: Self.now + .milliseconds(500))
        let first = Self.now + Limits.killPatience + .milliseconds(1)
        #expect(answers(&kills, adopted(1), now: first) == [1: ["still running"]])
        #expect(kills.signal(to: Self.child)?.signal == .user2)
        let second = first + .milliseconds(500)
        #expect(answers(&kills, adopted(1), now: second) == [2: ["still running"]])
        #expect(kills.signal(to: Self.child) == nil)
    }
}
