import Basics
import Control
import Scoreboard

/// The counters of a service by the names of its backends, read from the scoreboard.
///
/// They only rise: what a backend had counted that `scale` took away stays, and is added to what
/// one of the same name counts later, in whichever place of the scoreboard that is.
struct ServiceBoard {
    /// A backend as it is counted.
    struct Backend {
        let name: String
        /// What it has counted, over all its processes and all that had its name before.
        var totals: BackendTotals
        /// Health checks of it.
        var checks = Checks()
        /// Whether the service has it at present.
        var isPresent: Bool
    }

    /// How many health checks passed and failed.
    struct Checks: Equatable {
        var passed: UInt64 = 0
        var failed: UInt64 = 0

        mutating func add(_ more: Checks) {
            passed &+= more.passed
            failed &+= more.failed
        }
    }

    private let scoreboard: Scoreboard
    private var rows: [BoardRow] = []
    /// What those had counted in the end that are gone, by their names, in the order in which they
    /// came.
    private var gone: [Backend] = []
    /// Of those that there are.
    private var checks: [String: Checks] = [:]

    init(_ scoreboard: Scoreboard) { self.scoreboard = scoreboard }

    /// The supervisor has told which backends there are, and where each is counted.
    mutating func told(_ present: [BoardRow], _ status: ServiceStatus) {
        for old in rows
        where !present.contains(where: { $0.name == old.name && $0.slot == old.slot }) {
            keep(
                Backend(
                    name: old.name, totals: finalTotals(of: old, among: present),
                    checks: checks[old.name] ?? Checks(), isPresent: false))
        }
        rows = present
        checks = [:]
        for child in status.children {
            guard let traffic = child.traffic else { continue }
            checks[child.name] = Checks(
                passed: traffic.checksPassed, failed: traffic.checksFailed)
        }
    }

    /// What one that is gone had counted in the end. Where another has its place by now, that one's
    /// beginning is its end.
    private func finalTotals(of old: BoardRow, among present: [BoardRow]) -> BackendTotals {
        let next = present.first { $0.slot == old.slot }
        var totals = next.map { BackendTotals(words: $0.earlier) } ?? raw(old)
        totals.subtract(BackendTotals(words: old.earlier))
        return totals
    }

    private mutating func keep(_ backend: Backend) {
        if let index = gone.firstIndex(where: { $0.name == backend.name }) {
            gone[index].totals.add(backend.totals)
            gone[index].checks.add(backend.checks)
        } else {
            gone.append(backend)
        }
    }

    private func raw(_ row: BoardRow) -> BackendTotals {
        scoreboard.totals(slot: row.slot, generation: row.generation)
    }

    /// All backends that there are or were.
    var backends: [Backend] {
        var backends = rows.map { row in
            var totals = raw(row)
            totals.subtract(BackendTotals(words: row.earlier))
            return Backend(
                name: row.name, totals: totals, checks: checks[row.name] ?? Checks(),
                isPresent: true)
        }
        for old in gone {
            if let index = backends.firstIndex(where: { $0.name == old.name }) {
                backends[index].totals.add(old.totals)
                backends[index].checks.add(old.checks)
            } else {
                backends.append(old)
            }
        }
        return backends
    }

    /// What all balancers have counted that is no backend's, those included that are gone.
    var balancers: WorkerTotals { scoreboard.totals(ofWorkers: 0..<scoreboard.workerCapacity) }

    /// How many clients are banned.
    func bans(now: Instant) -> Int { scoreboard.bans.count(now: now) }
}
