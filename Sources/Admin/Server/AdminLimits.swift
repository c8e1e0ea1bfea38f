import Basics
import HTTP1

/// All bounds of lb-admin, each with its reason: whatever clients do, it stays small.
enum AdminLimits {
    /// Clients at a time. A browser has six connections to a host, a scraper one.
    static let connections = 256
    /// Bytes of a request's body: the longest order is some names.
    static let body: UInt64 = 64 << 10
    /// Bytes of a head; a browser's has some 2 KiB.
    static let head = 16 << 10
    /// How long a client may take for its whole request.
    static let request = Nanoseconds.seconds(10)
    /// How long a client may take none of what it is sent.
    static let silence = Nanoseconds.seconds(30)
    /// How long what a client still sends is read and dropped once it has its answer: closing with
    /// bytes unread is a reset, and that could take the answer from it.
    static let lingering = Nanoseconds.seconds(2)
    /// Requests that wait for the supervisor at a time; it takes 255 clients.
    static let sessions = 32
    /// How long the supervisor may take for what is at hand. Orders that wait for their outcome
    /// have no such limit.
    static let patience = Nanoseconds.seconds(5)
    /// What is known of the service is used again for so long: however many ask, the supervisor is
    /// asked four times a second.
    static let freshness = Nanoseconds.milliseconds(250)
    /// Records of the history that one request gets, where it does not say how many, and at most.
    static let usualRecords = 100
    static let records = 1000
    /// Searches of the history that wait.
    static let searches = 16
    /// Read from a socket at a time.
    static let piece = 16 << 10

    /// What a head may have.
    static var heads: HeadLimits {
        var limits = HeadLimits()
        limits.maxBytes = head
        return limits
    }
}
