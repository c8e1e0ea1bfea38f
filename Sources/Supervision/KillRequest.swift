import Basics
import Control

/// A `kill` whose figures are being gathered for the one who asked.
final class KillRequest {
    /// How long it waits for a signal to have its effect.
    static let patience = Nanoseconds.seconds(1)

    /// The connection that waits.
    let asker: SlabKey
    let deadline: Instant
    var reports: [KillReport]
    /// The places of those that have not ended yet.
    var open: Set<Int> = []

    init(asker: SlabKey, now: Instant) {
        self.asker = asker
        deadline = now + Self.patience
        reports = []
    }

    func settle(_ place: Int, outOfRotation: Nanoseconds?, next: String) {
        guard open.remove(place) != nil else { return }
        reports[place].outOfRotation = outOfRotation
        reports[place].next = next
    }
}
