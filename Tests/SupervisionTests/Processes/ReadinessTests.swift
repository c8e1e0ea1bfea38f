import Basics
import Control
import Kernel
import Testing

@testable import Planning
@testable import Supervision

@Suite("Readiness")
struct ReadinessTests {
    @Test(arguments: [
        ("READY=1", true), ("READY=1\n", true), ("STATUS=x\nREADY=1\nMAINPID=3", true),
        ("READY=0", false), ("STATUS=READY=1", false), ("", false), ("STOPPING=1", false),
    ])
    func `is said in a line of its own`(text: String, isReady: Bool) {
        #expect(ReadyNotice.isReady(text) == isReady)
    }

    @Test
    func `is seen at the child's own port, on either loopback`() throws {
        for own in [Address.loopback(port: 0), .loopback6(port: 0)] {
            guard let socket = try? Socket.listen(on: own) else { continue }
            let address = try Socket.localAddress(of: socket)
            let port = try #require(address.port)
            #expect(PortProbe.find(port: port) { $0 == ThisProcess.pid } == .own(address))
            #expect(
                PortProbe.find(port: port) { _ in false } == .stranger(pid: ThisProcess.pid))
        }
        // A process that accepts no connection has the port all the same.
        let full = try Socket.listen(on: .loopback(port: 0), backlog: 0)
        let address = try Socket.localAddress(of: full)
        let port = try #require(address.port)
        let first = try Socket.connect(to: address)
        #expect(PortProbe.stranger(port: port) { _ in false } == ThisProcess.pid)
        #expect(PortProbe.stranger(port: port) { _ in true } == nil)
        #expect(first.reference != full.reference)
        let held = try Ports.unused()
        #expect(PortProbe.find(port: held.port) { _ in true } == .refused)
    }

    @Test
    func `that a stranger prevents is no crash, however often`() {
        var restarting = Restarting(rule: .always)
        let now = Instant(nanoseconds: 1_000_000_000_000)
        for row in 1...20 {
            let verdict = restarting.ended(.blocked, readyFor: nil, now: now, chance: 0.5)
            #expect(verdict == .restart(after: Restarting.backoff(row: row, chance: 0.5)))
        }
        restarting.rule = .never
        #expect(restarting.ended(.blocked, readyFor: nil, now: now, chance: 0.5) == .stay)
    }
}
