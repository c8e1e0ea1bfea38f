import Basics

/// One child that has not ended while the service ends, as the log tells of it.
struct AwaitedEnd {
    let title: String
    /// Those that live of what its leader has left, as `pid 7 (sh)`; nil while that runs.
    var rest: [String]?
    /// What it has in hand, as `1 request`; empty where that is nothing.
    var work = ""
    /// When it is killed; `never` where it has been.
    var killAt = Instant.never
    var killedAt: Instant?
    /// Whether what was killed can't end yet, since it is in uninterruptible sleep.
    var isKept = false

    /// Nil where its end has come, or is about to.
    func sentence(now: Instant) -> String? {
        if let rest, rest.isEmpty { return nil }
        if let killedAt {
            // The kernel ends what is killed at once, where it can.
            if now.since(killedAt) < Limits.killing { return nil }
            let kept = "kept by the kernel (uninterruptible sleep)"
            return subject + (isKept ? ", killed and \(kept)" : ", killed")
        }
        if killAt == .never || killAt.since(now) < Limits.briefWait { return nil }
        let hand = work.isEmpty ? "" : ", which has \(work) in hand"
        return "\(subject)\(hand), killed in \(Figures.text(killAt.since(now)))"
    }

    private var subject: String {
        guard let rest else { return title }
        let some = rest.prefix(3).joined(separator: ", ")
        let more = rest.count > 3 ? " and \(rest.count - 3) more" : ""
        return "\(title), of which \(some)\(more) \(rest.count == 1 ? "is" : "are") left"
    }
}
