import Basics
import Control
import History
import Logs

/// The names that `logs` can be asked for: of every process that has written a line, or of which an
/// event tells.
enum KnownNames {
    /// The names that are meant by what was typed: a port means the process that has it, or else
    /// had it last. Refuses what is neither a name nor a port, and tells the names that there are.
    static func names(
        _ targets: [String], from: UInt64, _ past: PastLog, _ status: ServiceStatus?
    ) throws(Refusal) -> [String] {
        // Those that run are known at once; the history need then not be looked through.
        let children = status?.children ?? []
        let ports = targets.compactMap { target in
            UInt16(target).flatMap { port in children.first { $0.port == port }?.name }
        }
        let open = targets.filter { target in
            UInt16(target).map { port in !children.contains { $0.port == port } } ?? true
        }
        let known = Set(status.map { $0.children.map(\.name) + ["lbctl"] } ?? [])
        if open.allSatisfy({ isKnown($0, known) }) { return open + ports }
        return try ports + search(open, from: from, past, known)
    }

    private static func search(
        _ targets: [String], from: UInt64, _ past: PastLog, _ names: Set<String>
    ) throws(Refusal) -> [String] {
        var known = names
        // The name that had each of the ports that are asked for, last.
        var holders: [String: String] = [:]
        let asked = targets.filter { UInt16($0) != nil }
        var missing = targets.filter { !isKnown($0, known) }
        try past.read(HistoryQuery(from: from)) { record in
            let count = known.count
            known.insert(Stamps.text(record.name))
            if let subject = record.event?.subject {
                known.insert(subject.name)
                for port in asked where subject.port == UInt16(port) {
                    holders[port] = subject.name
                }
            }
            missing.removeAll { holders[$0] != nil }
            if known.count == count { return true }
            missing.removeAll { isKnown($0, known) }
            // A process that has had a port may not be the last that did.
            return !missing.isEmpty || !asked.isEmpty
        }
        if let first = missing.first { throw unknown(first, known) }
        return targets.map { holders[$0] ?? $0 }
    }

    private static func unknown(_ first: String, _ known: Set<String>) -> Refusal {
        let names = known.sorted()
        var advice = "known are: " + names.joined(separator: ", ")
        if let near = SpellingCorrection.nearest(to: first, in: names) {
            advice = "did you mean '\(near)'? " + advice
        }
        let why =
            UInt16(first) == nil ? "nothing is called '\(first)'" : "nothing has port \(first)"
        return Refusal(what: "there is nothing to show", why: why, advice: advice)
    }

    private static func isKnown(_ wanted: String, _ known: Set<String>) -> Bool {
        known.contains(wanted)
            || known.contains { LogFilter.name($0.utf8.span, isOf: wanted) }
    }
}
