/// How an attempt to have a backend answer went wrong, as far as it decides what may follow.
enum AttemptFailure {
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
