import Basics
import Control

@testable import Balancing

extension ChoiceFacts {
    /// Those of a choice by turn among three.
    static let any = ChoiceFacts(reason: .turn, ready: 3, members: 3)
}

extension Attempts {
    /// Attempts at these backends, each of which failed for a cause unless that is `nil`; the rest
    /// of what is decided on does not matter.
    static func tried(_ tried: [(BackendSlot, Cause?)], at now: Instant) -> Attempts {
        var attempts = Attempts(at: now)
        for (slot, cause) in tried {
            attempts.began(
                on: BackendProcess(slot: slot, generation: 1), why: .any, at: now)
            guard let cause else { continue }
            _ = attempts.failed(
                .notConnected, cause,
                Message(isIdempotent: true, isReplayable: true, hasAnswered: false),
                Facts(isSupervised: false, hasDied: false, hasOther: true, retries: 99))
        }
        return attempts
    }
}
