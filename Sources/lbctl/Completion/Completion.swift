import Basics
import Control
import Supervision

/// What may stand at a place of lbctl's command line, for the shells: each candidate in a line, and
/// behind a tab what it means. The verbs say themselves what they take.
enum Completion {
    /// The hidden verb that the shells call; behind it the words up to the one that is being typed.
    static let verb = "__complete"
    /// Asks a verb for candidates, in place of its first word.
    static let question = "\u{1}complete"
    /// Stands for the names of files, which the shell knows better.
    static let files = ":files"

    /// Answers a shell: whatever is wrong, it is told nothing of it.
    static func run(_ words: [String]) {
        if let lines = lines(beforeVerb: words) {
            for line in lines { Console.say(line) }
            return
        }
        let rest = [question] + words.dropFirst()
        _ = try? App.run(words[0], rest, exact: rest.map { ByteString($0) })
    }

    /// What may stand where lbctl itself is asked: the verbs, and what stands without one; `nil`
    /// where a verb is to be asked.
    static func lines(beforeVerb words: [String]) -> [String]? {
        let current = words.last ?? ""
        guard let verb = words.dropLast().first else {
            let options = [("--help", "how lbctl is used"), ("--version", "which one it is")]
            return lines(current.hasPrefix("-") ? options : Help.summaries, current)
        }
        if verb != "help" { return nil }
        return words.count == 2 ? lines(Help.summaries, current) : []
    }

    /// Answers for a verb: `words` are those behind it, the last one being typed.
    static func answer(_ words: [String], usage: String, _ options: [Option]) {
        for line in lines(words, usage: usage, options) { Console.say(line) }
    }

    /// What may stand at that place behind a verb. `children` says which processes a service has.
    static func lines(
        _ words: [String], usage: String, _ options: [Option],
        children: (_ service: String) -> [ChildStatus] = Targets.children
    ) -> [String] {
        let place = Place(words, options)
        switch place.kind {
        case .value(let option):
            return lines(values(of: option, place, children), place.current, place.prefix)
        case .option: return lines(spellings(options), place.current)
        case .operand: return lines(operands(usage, place, children), place.current)
        }
    }

    private static func spellings(_ options: [Option]) -> [(String, String)] {
        options.map { ("--" + $0.name, $0.help) }
            + options.compactMap { option in option.short.map { ("-\($0)", option.help) } }
    }

    private static func values(
        of option: Option, _ place: Place, _ children: (String) -> [ChildStatus]
    ) -> [(String, String)] {
        switch option.name {
        case "procfile": return [(files, "")]
        case "name": return plain(RuntimeFolder.names())
        case "weight", "latency", "error-rate": return Targets.weighed(children(place.service))
        case "since", "until":
            return [("10s", "ten seconds ago"), ("5m", ""), ("1h", ""), ("1d", "a day ago")]
        default: return plain(option.candidates)
        }
    }

    private static func operands(
        _ usage: String, _ place: Place, _ children: (String) -> [ChildStatus]
    ) -> [(String, String)] {
        // The first line alone is the usage.
        let usage = usage.prefix { !$0.isNewline }
        var found: [(String, String)] = []
        if usage.contains("SHELL") {
            if place.operands.isEmpty {
                found = plain(CompletionsCommand.Shell.allCases.map(\.rawValue))
            }
        } else if usage.hasSuffix(" [NAME]") {
            if place.operands.isEmpty {
                found = plain(BalancerOptions.Algorithm.allCases.map(\.rawValue))
            }
        } else if usage.contains("TARGET=W") {
            found = Targets.weighed(children(place.service))
        } else if usage.contains("TARGET") {
            found = Targets.alive(children(place.service))
        } else if usage.contains("NAME…") {
            found = Targets.names(children(place.service))
        }
        return found.filter { !place.operands.contains($0.0) }
    }

    private static func plain(_ words: [String]) -> [(String, String)] { words.map { ($0, "") } }

    /// Those candidates that begin with what was typed, each as a line.
    private static func lines(
        _ candidates: [(String, String)], _ current: String, _ prefix: String = ""
    ) -> [String] {
        candidates.compactMap { word, what in
            if word == files { return word }
            return word.hasPrefix(current) ? prefix + word + "\t" + what : nil
        }
    }
}
