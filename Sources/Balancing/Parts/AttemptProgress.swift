import Basics
import Control

/// How an attempt was begun and how far it came, for the story of its request.
struct AttemptProgress {
    let process: BackendProcess
    let why: ChoiceFacts
    /// How long the request had waited for a backend by then, in all.
    let waited: Nanoseconds
    let chosenAt: Instant
    /// Whether its connection was made for it.
    var isNew = false
    /// When the first of the request was sent, and the last; `never` where none was.
    private(set) var firstSentAt = Instant.never
    private(set) var lastSentAt = Instant.never
    /// When the head of the response was there.
    var answeredAt = Instant.never
    /// When it ended without a whole response.
    var endedAt = Instant.never

    /// None has begun.
    @inline(__always)
    init(at now: Instant) {
        self.init(
            BackendProcess(slot: BackendSlot(.max), generation: 0),
            ChoiceFacts(reason: .turn, ready: 0, members: 0), waited: Nanoseconds(0), at: now)
    }

    @inline(__always)
    init(
        _ process: BackendProcess, _ why: ChoiceFacts, waited: Nanoseconds, at now: Instant
    ) {
        self.process = process
        self.why = why
        self.waited = waited
        chosenAt = now
    }

    /// Some of the request was sent.
    @inline(__always)
    mutating func sent(at now: Instant) {
        if firstSentAt == .never { firstSentAt = now }
        lastSentAt = now
    }
}
