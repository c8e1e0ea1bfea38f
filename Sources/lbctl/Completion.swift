import Basics
import Control
import Kernel
import Supervision
import Terminal

/// What may stand at a place of lbctl's command line, for the shells: each candidate in a line, and
/// behind a tab what it means. The verbs say themselves what they take.
enum Completion {
    /// The hidden verb that the shells call; behind it the words up to the one that is being typed.
    static let verb = "__complete"
    /// Asks a verb for candidates, in place of its first word.
    static let question = "\u{1}complete"
    /// Stands for the names of files, which the shell knows better.
    static let files = ":files"

    /// Answers a shell: whatever is wrong, it hears nothing of it.
    static func run(_ words: [String]) {
        let current = words.last ?? ""
        guard let verb = words.dropLast().first else {
            if current.hasPrefix("-") {
                offer([("--help", "how lbctl is used"), ("--version", "which one it is")], current)
            } else {
                offer(Help.summaries, current)
            }
            return
        }
        if verb == "help" {
            if words.count == 2 { offer(Help.summaries, current) }
            return
        }
        let rest = [question] + words.dropFirst()
        _ = try? App.run(verb, rest, exact: rest.map { ByteString($0) })
    }

    /// Answers for a verb: `words` are those behind it, the last one being typed.
    static func answer(_ words: [String], usage: String, _ options: [Option]) {
        let place = Place(words, options)
        switch place.kind {
        case .value(let option): offer(values(of: option, place), place.current, place.prefix)
        case .option: offer(spellings(options), place.current)
        case .operand: offer(operands(usage, place), place.current)
        }
    }

    private static func spellings(_ options: [Option]) -> [(String, String)] {
        options.map { ("--" + $0.name, $0.help) }
            + options.compactMap { option in option.short.map { ("-\($0)", option.help) } }
    }

    private static func values(of option: Option, _ place: Place) -> [(String, String)] {
        switch option.name {
        case "procfile": return [(files, "")]
        case "name": return plain(RuntimeFolder.names())
        case "weight": return Targets.alive(place.service).map { ($0.0 + "=", $0.1) }
        case "since", "until":
            return [("10s", "ten seconds ago"), ("5m", ""), ("1h", ""), ("1d", "a day ago")]
        default: return plain(option.candidates)
        }
    }

    private static func operands(_ usage: String, _ place: Place) -> [(String, String)] {
        // The first line alone is the usage.
        let usage = usage.prefix { !$0.isNewline }
        var found: [(String, String)] = []
        if usage.contains("SHELL") {
            if place.operands.isEmpty {
                found = plain(CompletionsCommand.Shell.allCases.map(\.rawValue))
            }
        } else if usage.contains("TARGET=W") {
            found = Targets.alive(place.service).map { ($0.0 + "=", $0.1) }
        } else if usage.contains("TARGET") {
            found = Targets.alive(place.service)
        } else if usage.contains("NAME…") {
            found = Targets.names(place.service)
        }
        return found.filter { !place.operands.contains($0.0) }
    }

    private static func plain(_ words: [String]) -> [(String, String)] { words.map { ($0, "") } }

    private static func offer(
        _ candidates: [(String, String)], _ current: String, _ prefix: String = ""
    ) {
        for (word, what) in candidates where word.hasPrefix(current) || word == files {
            Console.say(word == files ? word : prefix + word + "\t" + what)
        }
    }
}

extension Completion {
    /// What is being typed, and what stands in front of it.
    struct Place {
        enum Kind {
            case value(Option)
            case option, operand
        }

        private(set) var kind = Kind.operand
        /// What has been typed of it.
        private(set) var current: String
        /// What stands in the same word in front of that.
        private(set) var prefix = ""
        private(set) var operands: [String] = []
        /// The service that was named.
        private var named = ThisProcess.variable(Inheritance.service) ?? ""
        /// Which service is meant; empty where that is not clear.
        var service: String {
            if !named.isEmpty { return named }
            return (try? ServiceChoice.folder())?.name ?? ""
        }

        init(_ words: [String], _ options: [Option]) {
            // bash makes `--name=x` three words.
            current = words.last ?? ""
            var before = Array(words.dropLast())
            if current == "=" {
                current = ""
            } else if before.last == "=" {
                before.removeLast()
            }
            var isOver = false
            var awaited: Option?
            for word in before where word != "=" {
                if let option = awaited {
                    if option.name == "name" { named = word }
                    awaited = nil
                } else if isOver || !word.hasPrefix("-") {
                    operands.append(word)
                } else if word == "--" {
                    isOver = true
                } else {
                    let parts = word.split(separator: "=", maxSplits: 1)
                    let option = Self.find(String(parts.first ?? ""), options)
                    if parts.count > 1 {
                        if option?.name == "name" { named = String(parts[1]) }
                    } else if option?.value != nil {
                        awaited = option
                    }
                }
            }
            if let awaited {
                kind = .value(awaited)
            } else if !isOver && current.hasPrefix("-") {
                kind = .option
                if let sign = current.firstIndex(of: "="),
                    let option = Self.find(String(current[..<sign]), options), option.value != nil
                {
                    kind = .value(option)
                    prefix = String(current[...sign])
                    current = String(current[current.index(after: sign)...])
                }
            }
        }

        private static func find(_ word: String, _ options: [Option]) -> Option? {
            options.first { option in
                word == "--" + option.name || option.short.map { word == "-\($0)" } ?? false
            }
        }
    }
}
