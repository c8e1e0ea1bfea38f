import Basics
import Control
import Kernel
import Supervision

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
        /// What stands in front of that in its word.
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
