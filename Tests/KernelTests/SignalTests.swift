import Basics
import TestSupport
import Testing

@testable import Kernel

@Suite struct SignalTests {
    @Test(arguments: ["KILL", "SIGKILL", "sigkill", "kill", "9"])
    func `a signal has many spellings`(text: String) {
        #expect(Signal(named: text) == .kill)
    }

    @Test(arguments: ["", "0", "65", "-9", "SIG", "NOPE", "SIGSIGKILL"])
    func `what is no signal is none`(text: String) {
        #expect(Signal(named: text) == nil)
    }

    @Test func `every signal is found by its name`() {
        for number in 1...31 as ClosedRange<Int32> {
            let signal = Signal(rawValue: number)
            #expect(Signal(named: signal.name) == signal)
        }
        #expect(Signal(rawValue: 40).name == "signal 40")
    }

    @Test func `a signal to no process is told as such`() throws {
        let child = try Child(shell("exit 0"))
        _ = end(of: child)
        #expect(Signals.send(.terminate, to: child.pid) == false)
        #expect(Signals.send(.terminate, toGroup: child.pid) == false)
    }
}
