import Kernel
import Planning
import Supervision

/// The very next line to type about a service, as it works in the folder that this process is in.
enum Hint {
    /// `'lbctl down'`, with `--name` unless the verb alone means that service here.
    static func line(_ verb: String, for service: String) -> String {
        let isMeant = ServiceChoice.means(service, by: verb)
        return Advice.line(verb, for: service, implied: isMeant ? service : nil)
    }

    /// What starts another service beside one that has the usual ports.
    static var beside: String {
        Advice.quoted("\(OwnCommand.words) up --name NAME --port 0 --base-port 0")
    }

    /// Where several may be meant: a line of what each is, by its name.
    static func table(_ rows: [(name: String, facts: [String])]) -> String {
        let width = rows.map(\.name.utf8.count).max() ?? 0
        return rows.map { name, facts in
            let gap = String(repeating: " ", count: width - name.utf8.count)
            let known = facts.filter { !$0.isEmpty }
            return known.isEmpty
                ? "--name \(name)" : "--name \(name)\(gap)  " + known.joined(separator: "  ")
        }.joined(separator: "\n  ")
    }
}
