import Basics
import Kernel
import Logs
import Planning
import Testing

@testable import Supervision

/// What a command is told, when, and how often.
@Suite struct EventMessagesTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    private static func at(_ milliseconds: UInt64) -> Instant {
        start + .milliseconds(milliseconds)
    }

    private static func messages(_ word: String = "mail me") throws -> EventMessages {
        EventMessages(of: try EventCommand(ByteString(word)))
    }

    private static func event(_ kind: EventKind, _ name: String? = nil) -> ServiceEvent {
        ServiceEvent(kind, name.map { ServiceEvent.Subject($0, pid: 7) })
    }

    /// A command to which things happen, each with the next number.
    private final class Told {
        var messages: EventMessages
        private var sequence: UInt64 = 0

        init(_ word: String = "mail me") throws { messages = try EventMessagesTests.messages(word) }

        func happens(_ kind: EventKind, _ name: String? = nil, at milliseconds: UInt64) {
            happens(event(kind, name), at: milliseconds)
        }

        func happens(_ event: ServiceEvent, at milliseconds: UInt64) {
            sequence += 1
            messages.happened(
                event, at: Stamp(sequence: sequence, time: WallTime(nanoseconds: 0)),
                now: at(milliseconds))
        }

        /// What it is told at that time, as `killed backend.1 ×2`; nothing where it is not run.
        func look(at milliseconds: UInt64) -> String {
            switch messages.look(now: at(milliseconds)) {
            case .run(let message):
                let name = message.event.subject.map { " \($0.name)" } ?? ""
                return message.event.kind.rawValue + name + " ×\(message.count)"
            case .nothing: return ""
            case .lookAtRest: return "look"
            case .kill: return "kill"
            }
        }

        func ends(_ cause: Ending.Cause = .exited(code: 0), hasRest: Bool = false, at time: UInt64)
            -> [String]
        {
            messages.leaderEnded(cause, hasRest: hasRest, now: at(time))
        }

        /// Lets it be told all that waits, each for a millisecond.
        func rest(at time: UInt64) -> [String] {
            var all: [String] = []
            while true {
                let next = look(at: time)
                if next.isEmpty { return all }
                all.append(next)
                _ = ends(at: time)
            }
        }
    }

    @Test func `an event is told after a moment, one at a time, in their order`() throws {
        let told = try Told()
        #expect(!told.messages.isBusy && told.messages.nextLook == .never)
        told.happens(.killed, "backend.1", at: 0)
        #expect(told.messages.isBusy && told.messages.nextLook == Self.at(5))
        #expect(told.look(at: 4) == "")
        #expect(told.look(at: 5) == "killed backend.1 ×1")
        #expect(told.messages.isRunning && told.messages.nextLook == Self.at(10_005))
        told.happens(.ready, "backend.1", at: 6)
        told.happens(.down, "backend.2", at: 7)
        #expect(told.look(at: 1_000) == "")
        #expect(told.ends(at: 1_000) == [])
        #expect(told.look(at: 1_000) == "ready backend.1 ×1")
        #expect(told.look(at: 1_000) == "")
        #expect(told.ends(at: 1_001) == [])
        #expect(told.look(at: 1_001) == "down backend.2 ×1")
        #expect(told.ends(at: 1_002) == [] && !told.messages.isBusy)
    }

    @Test func `without a list all are told but remarks, and with one its kinds alone`() throws {
        for kind in EventKind.allCases {
            let all = try Told()
            all.happens(kind, at: 0)
            #expect(all.messages.isBusy == (kind != .notice), "\(kind)")
            let some = try Told("notice,killed:mail me")
            some.happens(kind, at: 0)
            #expect(some.messages.isBusy == [.notice, .killed].contains(kind), "\(kind)")
        }
    }

    @Test func `those alike that wait are one, with the latest facts, and the last comes last`()
        throws
    {
        let told = try Told()
        for _ in 0..<500 {
            told.happens(.down, "backend.1", at: 0)
            told.happens(.up, "backend.1", at: 0)
        }
        told.happens(.up, "backend.2", at: 0)
        guard case .run(let first) = told.messages.look(now: Self.at(5)) else {
            Issue.record("it is not run")
            return
        }
        #expect(first.event.kind == .down && first.count == 500 && first.stamp.sequence == 999)
        _ = told.ends(at: 5)
        #expect(told.rest(at: 6) == ["up backend.1 ×500", "up backend.2 ×1"])
    }

    @Test func `what is about different things is not alike`() throws {
        let told = try Told("banned,notice:mail")
        for client in ["192.0.2.1", "192.0.2.2", "192.0.2.1"] {
            told.happens(ServiceEvent(.banned).with(.client, client), at: 0)
        }
        told.happens(.notice("a"), at: 0)
        told.happens(.notice("b"), at: 0)
        #expect(
            told.rest(at: 9) == ["banned ×1", "banned ×2", "notice ×1", "notice ×1"])
    }

    @Test func `what flaps is told once in ten seconds, and in the end as it is`() throws {
        let told = try Told()
        var all: [String] = []
        for second in 0..<60 as Range<UInt64> {
            told.happens(.killed, "backend.1", at: second * 500)
            all += told.rest(at: second * 500 + 10)
            told.happens(.ready, "backend.1", at: second * 500 + 20)
            all += told.rest(at: second * 500 + 30)
        }
        // At 0, 10 and 20 s: of 30 s that have 60 deaths.
        #expect(all.prefix(2) == ["killed backend.1 ×1", "ready backend.1 ×1"])
        #expect(all.count == 6, "\(all)")
        // Others are not held up.
        told.happens(.killed, "backend.2", at: 30_000)
        #expect(told.rest(at: 30_006) == ["killed backend.2 ×1"])
        let last = told.messages.nextLook
        #expect(last > Self.at(30_006) && last <= Self.at(40_100))
        let end = told.rest(at: 41_000)
        #expect(end.count == 2 && end[0].hasPrefix("killed") && end[1].hasPrefix("ready"))
        #expect(!told.messages.isBusy)
    }

    @Test func `nothing is held back once the service ends`() throws {
        let told = try Told()
        told.happens(.stopped, "backend.1", at: 0)
        #expect(told.rest(at: 5) == ["stopped backend.1 ×1"])
        told.happens(.stopped, "backend.1", at: 6)
        #expect(told.rest(at: 20) == [])
        told.messages.serviceEnds()
        #expect(told.messages.nextLook < Self.at(20))
        #expect(told.rest(at: 20) == ["stopped backend.1 ×1"])
    }

    @Test func `a hundred wait; the oldest are dropped, and it is said how many`() throws {
        let told = try Told()
        told.happens(.started, at: 0)
        #expect(told.look(at: 5) == "started ×1")
        for number in 1...130 { told.happens(.killed, "backend.\(number)", at: 6) }
        let remarks = told.ends(at: 50)
        #expect(
            remarks == [
                "on-event 'mail me' is slower than events come: 30 events dropped, the oldest of "
                    + "more than 100 that waited"
            ])
        let rest = told.rest(at: 60)
        #expect(rest.count == 100)
        #expect(rest.first == "killed backend.31 ×1" && rest.last == "killed backend.130 ×1")
    }

    @Test func `one that takes too long is killed, and its end is awaited`() throws {
        let told = try Told("sleep 99")
        told.happens(.killed, "backend.1", at: 0)
        #expect(told.look(at: 5) == "killed backend.1 ×1")
        #expect(told.look(at: 10_005) == "")
        #expect(told.look(at: 10_006) == "kill")
        // The kernel may keep it: nothing else is run meanwhile.
        told.happens(.ready, "backend.1", at: 10_007)
        #expect(told.look(at: 20_000) == "" && told.messages.nextLook == .never)
        #expect(
            told.ends(.killed(by: .kill, dumpedCore: false), at: 20_001) == [
                "on-event 'sleep 99' did not end within 10.0 s, and was killed; it was told of "
                    + "'killed backend.1'. This is said again once it has worked"
            ])
        #expect(told.look(at: 20_001) == "ready backend.1 ×1")
    }

    @Test func `what it has started has the rest of its time, and is then killed`() throws {
        let told = try Told("mail & true")
        told.happens(.killed, "backend.1", at: 0)
        #expect(told.look(at: 5) == "killed backend.1 ×1")
        #expect(told.ends(hasRest: true, at: 100) == [])
        #expect(told.messages.isRunning && told.messages.nextLook == Self.at(200))
        told.happens(.ready, "backend.1", at: 100)
        #expect(told.look(at: 200) == "" && told.look(at: 201) == "look")
        #expect(told.look(at: 201) == "" && told.messages.nextLook == Self.at(301))
        var ended = told.messages
        #expect(ended.restEnded() == [] && !ended.isRunning)
        #expect(told.look(at: 10_006) == "kill")
        let remark = try #require(told.messages.restKilled().first)
        #expect(remark.contains("left processes that did not end within 10.0 s"))
        #expect(told.look(at: 10_010) == "ready backend.1 ×1")
    }

    @Test func `that it fails is said once, and again after it has worked`() throws {
        let told = try Told(String(repeating: "x", count: 70))
        var remarks: [String] = []
        for (index, code) in [0, 1, 7, 1, 0, 1].enumerated() as EnumeratedSequence<[Int32]> {
            let time = UInt64(index) * 100
            told.happens(.killed, "backend.\(index)", at: time)
            #expect(told.look(at: time + 5) == "killed backend.\(index) ×1")
            remarks += told.ends(.exited(code: code), at: time + 6)
        }
        told.happens(.failed, "backend.1", at: 900)
        _ = told.look(at: 905)
        remarks += told.messages.couldNotStart("there is no file /bin/sh")
        let title = "on-event '" + String(repeating: "x", count: 60) + "…'"
        #expect(
            remarks == [
                "\(title) exited with 1; it was told of 'killed backend.1'. This is said again "
                    + "once it has worked",
                "\(title) works again; it had failed 3 times",
                "\(title) exited with 1; it was told of 'killed backend.5'. This is said again "
                    + "once it has worked",
            ])
        #expect(!told.messages.isBusy)
    }

    @Test func `that it writes too much is said once`() throws {
        let told = try Told("yes")
        #expect(
            told.messages.outputCut() == [
                "on-event 'yes' writes more than 64.0 KiB: the rest is dropped, each time"
            ])
        #expect(told.messages.outputCut() == [])
    }

    @Test func `without time left it is said how many are not told, and nothing is taken any more`()
        throws
    {
        let told = try Told()
        told.happens(.stopping, at: 0)
        told.happens(.killed, "a", at: 0)
        told.happens(.killed, "a", at: 0)
        #expect(told.look(at: 5) == "stopping ×1")
        #expect(told.messages.closed() == 3)
        told.happens(.stopped, at: 6)
        #expect(!told.messages.isBusy && told.look(at: 99) == "")
        // Its end may still be told by the kernel.
        #expect(told.ends(.killed(by: .kill, dumpedCore: false), at: 7) == [])
    }
}
