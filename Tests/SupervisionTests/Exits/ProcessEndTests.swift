import Basics
import Control
import Kernel
import Logs
import Testing

@testable import Supervision

@Suite("The end of a process")
struct ProcessEndTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)

    private func end(
        _ cause: Ending.Cause = .exited(code: 1), _ lifecycle: Lifecycle = .ready(since: now),
        sent: SentSignal? = nil, isServiceRunning: Bool = true
    ) -> ProcessEnd {
        ProcessEnd(
            cause: cause, lifecycle: lifecycle, sent: sent, isServiceRunning: isServiceRunning)
    }

    private func signal(restarts: Bool) -> SentSignal {
        SentSignal(.kill, sentAt: Self.now, restarts: restarts)
    }

    @Test(arguments: LifecycleTests.withProcess)
    func `is by itself where it was neither planned nor asked for`(lifecycle: Lifecycle) {
        for sent in [nil, signal(restarts: true), signal(restarts: false)] {
            for code: Int32 in [0, 1] {
                let end = end(.exited(code: code), lifecycle, sent: sent)
                let isByItself = sent == nil && !lifecycle.isEndPlanned
                #expect(end.isByItself == isByItself)
                #expect(end.succeeded == (isByItself && code == 0))
                #expect(end.isEarly == (code != 0 && lifecycle.state == .starting))
                #expect(end.wasServing == [.ready, .paused].contains(lifecycle.state))
                let isLeaderGone = if case .stoppingRest = lifecycle { true } else { false }
                #expect(end.hadRest == isLeaderGone)
                #expect(end.wasPlanned == lifecycle.isEndPlanned)
            }
        }
    }

    @Test(arguments: LifecycleTests.withProcess)
    func `is followed by what was planned, then what was asked for, then the rule`(
        lifecycle: Lifecycle
    ) {
        for isBlocked in [true, false] {
            for code: Int32 in [0, 1] {
                let cause = Ending.Cause.exited(code: code)
                let leaving = end(cause, lifecycle, isServiceRunning: false)
                #expect(leaving.restartCause(isBlocked: isBlocked) == .killed(restarts: false))
                for restarts in [true, false] {
                    let killed = end(cause, lifecycle, sent: signal(restarts: restarts))
                    let isWanted = restarts && !lifecycle.isEndPlanned
                    #expect(
                        killed.restartCause(isBlocked: isBlocked) == .killed(restarts: isWanted))
                }
                let alone = end(cause, lifecycle).restartCause(isBlocked: isBlocked)
                if lifecycle.isEndPlanned {
                    #expect(alone == .killed(restarts: false))
                } else {
                    #expect(alone == (isBlocked ? .blocked : .byItself(succeeded: code == 0)))
                }
            }
        }
    }

    @Test
    func `is told with why it was asked to end, and with what a shell means by 127`() {
        let late = Lifecycle.stopping(tellAllAt: .never, killAt: .never, sequel: .asRuled)
        let terminated = Ending.Cause.killed(by: .terminate, dumpedCore: false)
        let why = "nothing accepted on port 1 within 60 s"
        #expect(end(terminated, late).remarks(of: "x", late: why) == [why])
        #expect(end(terminated, late).remarks(of: "x", late: nil) == [])
        let asked = end(terminated, late, sent: signal(restarts: true))
        #expect(asked.remarks(of: "x", late: why) == [])
        #expect(end(terminated).remarks(of: "x", late: why) == [])
        let missing = end(.exited(code: 127))
        #expect(missing.remarks(of: "x", late: nil) == [])
        #expect(missing.remarks(of: "/bin/sh", late: nil) == ["the shell found no such program"])
        #expect(end(terminated).kind == .killed && missing.kind == .exited)
    }

    @Test func `its event says how it ended in words and in numbers`() {
        let crash = Ending.Cause.killed(by: .init(rawValue: 11), dumpedCore: true)
        let killed = ServiceEvent(.killed).with(crash)
        #expect(killed[.signal] == "SIGSEGV" && killed[.signalNumber] == 11)
        #expect(killed[.dumpedCore] && killed[.exitCode] == nil)
        let exited = ServiceEvent(.exited).with(Ending.Cause.exited(code: 3))
        #expect(exited[.exitCode] == 3 && exited[.signal] == nil && !exited[.dumpedCore])
    }
}
