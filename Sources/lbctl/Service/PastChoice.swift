import Basics
import Control
import Kernel
import Planning
import Supervision

/// The service whose history is meant where none of those that could be meant runs: by the rules by
/// which `ServiceChoice` finds one that runs.
enum PastChoice {
    /// This folder's: that of its name, unless another folder's service left it; else what its
    /// services left under other names. A history without a known folder counts by its name.
    static func ofThisFolder(_ name: String) throws(Refusal) -> String {
        let here: ByteString = Files.resolved(".")
        let owner = HistoryPlace.directory(of: HistoryFolder.path(of: name))
        if HistoryFolder.exists(of: name) && (owner ?? here) == here { return name }
        let own = HistoryFolder.names().filter {
            HistoryPlace.directory(of: HistoryFolder.path(of: $0)) == here
        }
        if !own.isEmpty { return try only(own, "of this folder") }
        guard HistoryFolder.exists(of: name), let owner else { return name }
        throw Refusal(
            what: "there is nothing to show",
            why: "the '\(name)' that ran last is that of \(owner.text)",
            advice: "--name \(name) means that one")
    }

    /// The only one there is; the usual name where there is none.
    static func only() throws(Refusal) -> String {
        let names = HistoryFolder.names()
        return names.isEmpty ? ServiceName.usual : try only(names, "")
    }

    private static func only(_ names: [String], _ origin: String) throws(Refusal) -> String {
        if names.count == 1 { return names[0] }
        let place = origin.isEmpty ? "" : " \(origin)"
        let rows = names.map { name in
            let owner = HistoryPlace.directory(of: HistoryFolder.path(of: name))
            return (name: name, facts: [owner?.text ?? ""])
        }
        throw Refusal(
            what: "it is not clear which service is meant",
            why: "none runs\(place), and \(names.count) have a history; say which with --name",
            advice: Hint.table(rows))
    }
}
