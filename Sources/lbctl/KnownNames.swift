import Basics
import Control
import History
import Logs

/// Who there is to be heard in a log: the names that `logs` can be asked for.
enum KnownNames {
    /// Refuses names that nobody bears, with those that somebody does.
    static func check(
        _ names: [String], _ query: HistoryQuery, _ past: PastLog, _ status: ServiceStatus?
    ) throws(Refusal) {
        // Those that run are known at once; the history need then not be looked through.
        var known = Set(status.map { $0.children.map(\.name) + ["lbctl"] } ?? [])
        var missing = names.filter { !isKnown($0, known) }
        if missing.isEmpty { return }
        try past.read(HistoryQuery(from: query.from)) { record in
            let count = known.count
            known.insert(Stamps.text(record.name))
            if record.stream == .event, let subject = subject(record.text) {
                known.insert(subject)
            }
            if known.count == count { return true }
            missing.removeAll { isKnown($0, known) }
            return !missing.isEmpty
        }
        guard let first = missing.first else { return }
        let names = known.sorted()
        var advice = "known are: " + names.joined(separator: ", ")
        if let near = Likeness.nearest(to: first, in: names) {
            advice = "did you mean '\(near)'? " + advice
        }
        throw Refusal(
            what: "there is nothing to show", why: "nobody is called '\(first)'", advice: advice)
    }

    private static func isKnown(_ wanted: String, _ known: Set<String>) -> Bool {
        known.contains(wanted)
            || known.contains { LogFilter.name($0.utf8.span, isOf: wanted) }
    }

    /// Whom a sentence of lbctl's own speaks of, as `worker (port 5000, pid 42) is ready`: that one
    /// may never have said a word itself.
    static func subject(_ text: Span<UInt8>) -> String? {
        guard let blank = text.first(Ascii.space), blank > 0 else { return nil }
        let rest = text.extracting(blank..<text.count)
        guard rest.count > 6,
            rest.spells(" (port ", in: 0..<7) || rest.spells(" (pid ", in: 0..<6)
        else { return nil }
        return Stamps.text(text.extracting(0..<blank))
    }
}
