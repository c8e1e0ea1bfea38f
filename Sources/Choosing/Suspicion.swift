import Basics

/// Whether a backend that keeps failing is passed over, judged from what requests met with.
///
/// Three failures in a row take it out; then one request a second finds out whether it is back.
/// Suspicion never leaves a caller without a backend: when all are suspect it chooses among all.
public enum Suspicion {
    /// Failures in a row that take a backend out.
    public static let threshold: UInt8 = 3
    /// How long after it a request is let through to see.
    public static let pause = Nanoseconds.seconds(1)

    /// Whether the backend may be chosen, `lastTrial` being when it last was as a suspect.
    @inlinable
    public static func admits(failures: UInt8, lastTrial: Instant, now: Instant) -> Bool {
        failures < threshold || now >= lastTrial + pause
    }
}
