import Basics
import Control
import Scoreboard

/// The counters of a service by the names of its backends, read from the scoreboard.
///
/// They only rise: what a backend had counted that `scale` took away is told by the supervisor, and
/// added to what one of its name counts later, in whichever place of the scoreboard that is.
struct ServiceBoard {
    /// A backend as it is counted.
    struct Backend {
        let name: String
        /// What it has counted, over all its processes and all that had its name before.
        var totals: BackendTotals
        /// Whether the service has it at present.
        var isPresent: Bool
    }

    private let scoreboard: Scoreboard
    private var rows: [BoardRow] = []

    init(_ scoreboard: Scoreboard) { self.scoreboard = scoreboard }

    /// The supervisor has told which backends there are and were, and where each is counted.
    mutating func told(_ rows: [BoardRow]) { self.rows = rows }

    /// All backends that there are or were.
    var backends: [Backend] {
        var backends: [Backend] = []
        for row in rows {
            let counted = counted(row)
            if let index = backends.firstIndex(where: { $0.name == row.name }) {
                // What is so at present is that of the one that is there.
                backends[index].totals.add(counted)
            } else {
                backends.append(
                    Backend(name: row.name, totals: counted, isPresent: row.place != nil))
            }
        }
        return backends
    }

    private func counted(_ row: BoardRow) -> BackendTotals {
        let told = BackendTotals(words: row.words)
        guard let place = row.place, place.slot.index < scoreboard.backendCapacity else {
            return told
        }
        var totals = scoreboard.totals(slot: place.slot, generation: place.generation)
        totals.subtract(told)
        return totals
    }

    /// What all balancers have counted that is no backend's, those included that are gone.
    var balancers: WorkerTotals { scoreboard.totals(ofWorkers: 0..<scoreboard.workerCapacity) }

    /// How many clients are banned.
    func bans(now: Instant) -> Int { scoreboard.bans.count(now: now) }
}
