import Basics

/// How an attempt to have a backend answer went wrong, as far as it decides what may follow.
public enum AttemptFailure: UInt8, Sendable {
    /// There was no connection: refused, unreachable or not in time.
    case notConnected
    /// There was a connection, and it broke before a byte of the request was written.
    case brokenUnsent
    /// It broke after bytes of the request were written and before the response was complete.
    case brokenSent
    /// The backend was silent for longer than it may be.
    case timedOut
    /// What the backend sent is no HTTP response.
    case malformed
}

/// What is known of a request when an attempt has failed.
public struct AttemptState: Sendable {
    public var isIdempotent: Bool
    /// Whether all that was sent can be sent once more.
    public var isReplayable: Bool
    /// Whether the client has been sent any of the response.
    public var hasAnswered: Bool
    /// How many attempts there have been, this one included.
    public var attempts: Int
    public var retries: Int
    /// How many processes may have died of it.
    public var deaths: Int

    public init(
        isIdempotent: Bool, isReplayable: Bool, hasAnswered: Bool, attempts: Int, retries: Int,
        deaths: Int = 0
    ) {
        self.isIdempotent = isIdempotent
        self.isReplayable = isReplayable
        self.hasAnswered = hasAnswered
        self.attempts = attempts
        self.retries = retries
        self.deaths = deaths
    }
}

/// Whether a request that has failed may be tried again (RFC 9110 §9.2.2).
public enum Retrying {
    public enum Decision: Equatable, Sendable {
        /// On another backend; on the same over a new connection where there is no other.
        case again
        /// The client is told.
        case giveUp
        /// The client has part of a response: all that is left is to let it see that it is cut.
        case abort
    }

    /// Two processes that died of the same request are a coincidence at best; a third must not.
    public static let mostDeaths = 2

    public static func decide(_ failure: AttemptFailure, _ state: AttemptState) -> Decision {
        if state.hasAnswered { return .abort }
        if state.attempts > state.retries || !state.isReplayable { return .giveUp }
        switch failure {
        // Nobody can have received it: any method.
        case .notConnected, .brokenUnsent: return .again
        // It may have been received, and acted on: only what may be done twice.
        case .brokenSent:
            return state.isIdempotent && state.deaths < mostDeaths ? .again : .giveUp
        // The client has waited long enough, and the backend may still be at it.
        case .timedOut: return .giveUp
        // It was received and answered, however badly.
        case .malformed: return .giveUp
        }
    }
}
