import Basics
import Kernel
import Synchronization
import TestSupport

/// What is known of a program that runs: what it said and how it ended. Its thread writes it down,
/// the test reads it.
final class Told: Sendable {
    private struct State {
        var pid: Int32?
        var failure: SystemError?
        var ending: Ending?
        var isReleased = false
        var said: [[UInt8]] = [[], []]
    }

    private let state = Mutex(State())

    var ending: Ending? { state.withLock { $0.ending } }

    func text(_ stream: Stream) -> String {
        String(decoding: state.withLock { $0.said[stream.rawValue] }, as: UTF8.self)
    }

    func line(with text: String, in stream: Stream) -> String? {
        let all = self.text(stream)
        let lines = all.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return lines.first { $0.contains(text) }.map { String($0) }
    }

    func release() { state.withLock { $0.isReleased = true } }

    /// Under the lock, so that the pid is not another's by the time it is used.
    func send(_ signal: Signal) {
        state.withLock { state in
            if let pid = state.pid, state.ending == nil { Signals.send(signal, to: pid) }
        }
    }

    func awaitStart(of name: String) throws(Failure) -> Int32 {
        var outcome: (pid: Int32?, failure: SystemError?) = (nil, nil)
        _ = eventually {
            outcome = state.withLock { ($0.pid, $0.failure) }
            return outcome.pid != nil || outcome.failure != nil
        }
        if let pid = outcome.pid { return pid }
        throw Failure("\(name): \(outcome.failure.map { "\($0)" } ?? "not started")")
    }

    /// Starts the child and stays until it has ended and its words are taken down.
    func follow(_ plan: SpawnPlan) {
        do throws(SystemError) {
            let output = try Pipe()
            let errors = try Pipe()
            try output.readEnd.setNonBlocking()
            try errors.readEnd.setNonBlocking()
            var plan = plan
            plan.descriptors[1] = output.writeEnd.reference
            plan.descriptors[2] = errors.writeEnd.reference
            let child = try Child(plan)
            try follow(child, closing(output), closing(errors))
        } catch {
            state.withLock { $0.failure = error }
        }
    }

    /// Only the read end stays: with the other open there would never be an end.
    private func closing(_ pipe: consuming Pipe) -> Descriptor { pipe.readEnd }

    private func follow(
        _ child: borrowing Child, _ output: borrowing Descriptor, _ errors: borrowing Descriptor
    ) throws(SystemError) {
        let pid = child.pid
        state.withLock { $0.pid = pid }
        let poller = try Poller(capacity: 8)
        try poller.add(output.reference, for: [.readable, .edgeTriggered], token: Token(kind: 0))
        try poller.add(errors.reference, for: [.readable, .edgeTriggered], token: Token(kind: 1))
        try poller.add(
            child.pidDescriptor.reference, for: [.readable, .edgeTriggered], token: Token(kind: 2))
        var open = 2
        while true {
            _ = poller.wait(timeout: .milliseconds(100))
            let hasEnded = Poll.wait(
                for: .readable, on: child.pidDescriptor.reference, timeout: Nanoseconds(0))
            open = (take(output, .output) ? 1 : 0) + (take(errors, .errors) ? 1 : 0)
            let isDone = state.withLock { state in
                if hasEnded && state.ending == nil { state.ending = Children.reap(pid: pid) }
                // What it left behind may speak on.
                return state.ending != nil && (open == 0 || state.isReleased)
            }
            if isDone { return }
        }
    }

    /// Takes down what is there; false once there will be no more.
    private func take(_ pipe: borrowing Descriptor, _ stream: Stream) -> Bool {
        var queue = ByteQueue(capacity: 65536)
        while true {
            queue.removeAll()
            switch pipe.read(into: &queue) {
            case .moved:
                state.withLock { state in
                    for index in queue.bytes.indices {
                        state.said[stream.rawValue].append(queue.bytes[index])
                    }
                }
            case .wouldBlock: return true
            case .end, .failed: return false
            }
        }
    }
}
