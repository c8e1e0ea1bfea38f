import Basics

/// What the access log needs of an exchange and most have not: an object, so that those have one
/// word that is `nil`.
final class ExchangeNotes {
    /// What the client says of itself; `nil` where the log has none of that.
    var visitor: Visitor?
    /// The attempts before the last one, the first first; of very many the last.
    private(set) var past: [AttemptProgress] = []

    /// An attempt has failed, and another one follows.
    func keep(_ attempt: AttemptProgress) {
        if past.count == AttemptLog.capacity - 1 { past.removeFirst() }
        past.append(attempt)
    }
}
