import Basics
import Control
import Kernel
import Logs
import Planning
import Testing

@testable import Supervision

@Suite("What is said of a process that has ended")
struct ExitReportsTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)
    private static let backend = ChildNumber(1)
    private static let process = ProcessNumber(child: backend, generation: 4)
    private static let one = ProcessNumber(child: ChildNumber(8), generation: 1)
    private static let two = ProcessNumber(child: ChildNumber(9), generation: 1)
    private static let asker = ControlConnection.Key(slot: .init(5), generation: 1)
    private static let subject = ServiceEvent.Subject("web.1", pid: 7)
    private static let killed = ServiceEvent(.killed, subject).with(.signal, "SIGKILL")
    private static let noticed =
        "web.1 (pid 7) killed by SIGKILL; out of rotation after 0.50 ms"

    /// Balancers that go by these versions.
    private func adoption(_ versions: [(ProcessNumber, UInt64)]) -> RosterAdoption {
        RosterAdoption(
            choosing: versions.map { RosterAdoption.Balancer(process: $0.0, version: $0.1) },
            byAll: versions.map(\.1).min(), isReported: true)
    }

    private func exit(
        version: UInt64? = 7, slot: BackendSlot? = 2, generation: UInt64 = 4
    ) -> ExitReport.Exit {
        ExitReport.Exit(
            process: ProcessNumber(child: Self.backend, generation: generation),
            event: Self.killed, next: "restarting at once", restartIn: Nanoseconds(0),
            slot: slot, version: version)
    }

    private func account(
        _ inFlight: UInt32, _ retried: UInt32, _ failed: UInt32, generation: UInt64 = 4
    ) -> FailoverAccount {
        FailoverAccount(
            slot: 2, generation: generation, inFlight: inFlight, retried: retried, failed: failed)
    }

    private func said(_ sentence: String, withdrawn: Nanoseconds? = nil) -> [String] {
        let isNoticed = sentence.hasPrefix(Self.noticed)
        let span = withdrawn ?? (isNoticed ? Nanoseconds.microseconds(500) : nil)
        return [sentence + "; restarting at once"]
            + (span.map { ["withdrawn 2 \($0.count)"] } ?? []) + ["escapees 1"]
    }

    /// What is to be done, in words; events as the sentences that are painted of them.
    private func words(_ actions: some Sequence<ExitReports.Action>) -> [String] {
        actions.map { action in
            switch action {
            case .tell(let event): event.sentence
            case .noteWithdrawal(let slot, let span): "withdrawn \(slot.number) \(span.count)"
            case .endEscapees(let child): "escapees \(child.index)"
            case .answer: "answer"
            }
        }
    }

    private let soon = now + .microseconds(500)

    /// One end that two balancers are still to hear of.
    private func opened(_ unit: WorkUnit = .request, signalled: Bool = false) -> ExitReports {
        var exits = ExitReports(unit: unit)
        if signalled {
            let report = KillReport(
                name: "web.1", port: 0, pid: 7, signal: 9, outOfRotation: nil, next: "")
            let sentAt = Instant(nanoseconds: Self.now.nanoseconds - 1_000_000)
            exits.signalled(
                [.init(child: Self.backend, report: report, sentAt: sentAt)], .kill,
                restarts: true, asker: Self.asker, now: sentAt)
        }
        exits.exited(exit(), adoption([(Self.one, 6), (Self.two, 6)]), now: Self.now)
        return exits
    }

    @Test func `an end that no balancer had to notice is told at once`() {
        for unit in [WorkUnit.request, .connection] {
            var exits = ExitReports(unit: unit)
            exits.exited(exit(version: nil, slot: nil), adoption([(Self.one, 6)]), now: Self.now)
            #expect(exits.isOpen(Self.backend) && !exits.isOpen(ChildNumber(2)))
            #expect(
                words(exits.settle(adoption([(Self.one, 6)]), now: Self.now))
                    == said("web.1 (pid 7) killed by SIGKILL"))
            #expect(exits.isEmpty && exits.hasNothingOpen && exits.nextLook == .never)
        }
    }

    @Test func `it is told when all have noticed it and told of their requests`() {
        var exits = opened()
        let both = adoption([(Self.one, 7), (Self.two, 8)])
        #expect(exits.settle(adoption([(Self.one, 7), (Self.two, 6)]), now: soon) == [])
        #expect(exits.settle(both, now: soon) == [])
        #expect(exits.accounted(account(2, 2, 0), by: Self.one, name: nil) == [])
        #expect(exits.settle(both, now: soon) == [])
        #expect(exits.accounted(account(1, 0, 1), by: Self.two, name: nil) == [])
        #expect(
            words(exits.settle(both, now: soon))
                == said(Self.noticed + "; 3 requests were in flight: 2 tried elsewhere, 1 failed"))
        #expect(exits.settle(both, now: soon) == [])
    }

    @Test func `a balancer that has died itself is not waited for`() {
        var exits = opened()
        #expect(exits.accounted(account(0, 0, 0), by: Self.one, name: nil) == [])
        #expect(words(exits.settle(adoption([(Self.one, 7)]), now: soon)) == said(Self.noticed))
        var orphaned = opened()
        #expect(words(orphaned.settle(adoption([]), now: soon)) == said(Self.noticed))
        // One of the same number that came after it is another one.
        var replaced = opened()
        let successor = ProcessNumber(child: Self.one.child, generation: 2)
        #expect(words(replaced.settle(adoption([(successor, 6)]), now: soon)) == said(Self.noticed))
    }

    @Test func `requests are waited for a tenth of a second, and balancers a second`() {
        var exits = opened()
        #expect(exits.nextLook == Self.now + Limits.exitPatience)
        let all = adoption([(Self.one, 7), (Self.two, 7)])
        #expect(exits.settle(all, now: soon) == [])
        #expect(exits.nextLook == Self.now + Limits.accountPatience)
        #expect(
            words(exits.settle(all, now: Self.now + Limits.accountPatience))
                == said(Self.noticed))
        var unnoticed = opened()
        let late = Self.now + Limits.exitPatience
        #expect(
            words(unnoticed.settle(adoption([(Self.one, 6)]), now: late))
                == said("web.1 (pid 7) killed by SIGKILL"))
    }

    @Test func `a restart at once waits a moment for the balancers`() {
        let exits = opened()
        #expect(exits.holdsRestart(of: Self.backend, now: soon))
        #expect(!exits.holdsRestart(of: ChildNumber(2), now: soon))
        #expect(!exits.holdsRestart(of: Self.backend, now: Self.now + Limits.restartHold))
    }

    @Test func `a kill is answered with the sentence, and counts from its signal`() {
        var exits = opened(signalled: true)
        #expect(exits.signal(to: Self.backend) == nil)
        let actions = exits.settle(adoption([]), now: soon)
        #expect(
            words(actions.dropLast())
                == said(
                    "web.1 (pid 7) killed by SIGKILL; out of rotation after 1.50 ms",
                    withdrawn: .microseconds(1500)))
        guard case .answer(let key, let reports)? = actions.last else {
            Issue.record("the kill was not answered")
            return
        }
        #expect(key == Self.asker)
        #expect(reports.map(\.next) == ["restarting at once"])
        #expect(reports.map(\.outOfRotation) == [.microseconds(1500)])
    }

    @Test func `what turns out before the sentence is in it`() {
        var exits = opened(.connection)
        _ = exits.accounted(account(5, 3, 2), by: Self.one, name: nil)
        #expect(exits.corrected(account(3, 1, 4), name: nil) == [])
        _ = exits.accounted(account(0, 0, 0), by: Self.two, name: nil)
        #expect(
            words(exits.settle(adoption([]), now: soon))
                == said(Self.noticed + "; 8 connections were open: 2 tried elsewhere, 6 failed"))
    }

    @Test func `what turns out after the sentence is told of that process`() {
        var exits = opened()
        exits.exited(exit(generation: 5), adoption([]), now: soon)
        _ = exits.settle(adoption([]), now: soon)
        #expect(exits.isEmpty)
        for generation: UInt64 in 4...6 {
            // One that is not remembered is called as the backend in that place is.
            let name = generation == 6 ? "web.1" : "web.1 (pid 7)"
            #expect(
                words(exits.corrected(account(1, 1, 0, generation: generation), name: "web.1"))
                    == [
                        name + ": beyond what was said, 1 request was in flight: "
                            + "1 tried elsewhere, 0 failed"
                    ])
        }
        #expect(exits.accounted(account(1, 1, 0, generation: 6), by: Self.one, name: nil) == [])
        #expect(exits.accounted(account(0, 3, 0), by: Self.one, name: "web.1") == [])
    }

    private func since(_ inFlight: UInt32, _ retried: UInt32, _ failed: UInt32) -> String {
        ExitReport.revision(of: Self.subject, account(inFlight, retried, failed), .request).what
    }

    @Test func `the figures are numbers, and a child that is left alone is told of once more`() {
        var report = ExitReport(
            exit(), signalledAt: nil, choosers: [Self.one], unit: .request, now: Self.now)
        report.accounted(account(3, 2, 1), by: Self.one)
        report.adopted(adoption([(Self.one, 7)]), now: soon)
        #expect(
            report.events == [
                Self.killed.with(.outOfRotation, 500_000).with(.inFlight, 3).with(.retried, 2)
                    .with(.failed, 1).with(.unit, "request").with(.next, "restarting at once")
                    .with(.restartIn, 0)
            ])
        let last = ExitReport.Exit(
            process: Self.process, event: Self.killed, next: "it crashed too often",
            restartIn: nil, isLeftAlone: true, slot: nil, version: nil)
        let alone = ExitReport(last, signalledAt: nil, choosers: [], unit: .request, now: Self.now)
        #expect(
            alone.events == [
                Self.killed, ServiceEvent(.failed, .init("web.1")).with(.crashedTooOften, true),
            ])
    }

    @Test func `what turns out later is told as the difference`() {
        #expect(
            since(20, 0, 20)
                == "beyond what was said, 20 requests were in flight: 0 tried elsewhere, 20 failed")
        // A request is said to have been in flight once.
        #expect(
            since(0, 0, 2) == "beyond what was said, 0 requests were in flight: "
                + "0 tried elsewhere, 2 failed after being tried elsewhere")
        #expect(
            since(3, 1, 4) == "beyond what was said, 3 requests were in flight: "
                + "1 tried elsewhere, 4 failed, 2 of them after being tried elsewhere")
    }

    @Test func `a process that has ended and left some of its own is still under its signal`() {
        var exits = ExitReports(unit: .request)
        let report = KillReport(
            name: "web.1", port: 0, pid: 7, signal: 1, outOfRotation: nil, next: "")
        exits.signalled(
            [.init(child: Self.backend, report: report, sentAt: Self.now)], .hangUp,
            restarts: false, asker: Self.asker, now: Self.now)
        exits.leaderEnded(Self.backend)
        let late = Self.now + Limits.killPatience + .milliseconds(1)
        #expect(exits.nextLook == Self.now + Limits.killPatience)
        let actions = exits.settle(adoption([]), now: late)
        #expect(actions.count == 1)
        #expect(exits.signal(to: Self.backend)?.restarts == false)
    }

    @Test func `a pause and its end answer the kills that brought them about`() {
        for isPause in [true, false] {
            var exits = ExitReports(unit: .request)
            let report = KillReport(
                name: "web.1", port: 0, pid: 7, signal: 19, outOfRotation: nil, next: "")
            exits.signalled(
                [.init(child: Self.backend, report: report, sentAt: Self.now)],
                isPause ? .stop : .proceed, restarts: true, asker: Self.asker, now: Self.now)
            #expect(exits.settle(adoption([(Self.one, 6)]), now: soon) == [])
            if isPause {
                exits.paused(Self.backend, version: 7)
                #expect(exits.settle(adoption([(Self.one, 6)]), now: soon) == [])
            } else {
                exits.resumed(Self.backend)
            }
            var told = report
            told.next = isPause ? "paused" : "goes on"
            told.outOfRotation = isPause ? .microseconds(500) : nil
            #expect(
                exits.settle(adoption([(Self.one, 7)]), now: soon)
                    == [.answer(Self.asker, [told])])
        }
    }
}
