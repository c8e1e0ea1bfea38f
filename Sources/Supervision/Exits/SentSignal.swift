import Basics
import Kernel

/// A signal that a process has been sent by `kill`, and has not ended of yet.
struct SentSignal: Equatable {
    let signal: Signal
    /// When the first was sent that may end the process.
    private(set) var sentAt: Instant
    /// Whether the child is to start again when the process has ended.
    private(set) var restarts: Bool

    /// `earlier` is what the same process had been sent before, and has not ended of.
    init(_ signal: Signal, sentAt: Instant, restarts: Bool, after earlier: SentSignal? = nil) {
        self.signal = signal
        self.sentAt = sentAt
        self.restarts = restarts
        guard let earlier, earlier.mayEnd else { return }
        self.sentAt = earlier.sentAt
        // A request that wants it to stay down has a reason; any other leaves that open.
        self.restarts = restarts && earlier.restarts
    }

    /// Whether a process that takes its time may still end of it.
    var mayEnd: Bool { [.kill, .terminate, .interrupt, .quit].contains(signal) }

    /// Whether it asks a process to end, and so gives what came of it time for that.
    var asksToEnd: Bool { [.terminate, .interrupt, .quit, .hangUp].contains(signal) }

    /// Whether a process stands still by it until it is told to go on.
    var pauses: Bool { [.stop, .terminalStop].contains(signal) }

    /// Whether a process does not end of it, but stands still or goes on.
    var onlyPauses: Bool { pauses || signal == .proceed }
}
