/// Which files of a module call which: by the names of functions that one file alone declares.
struct CallGraph {
    private var calls: [String: Set<String>] = [:]

    init(_ sources: [House.Source]) {
        var declared: [String: Set<String>] = [:]
        for source in sources {
            for name in Self.declared(in: source) {
                declared[name, default: []].insert(source.name)
            }
        }
        for source in sources {
            for name in Self.called(in: source) {
                guard let files = declared[name], files.count == 1, let file = files.first,
                    file != source.name
                else { continue }
                calls[source.name, default: []].insert(file)
            }
        }
    }

    private static func declared(in source: House.Source) -> [String] {
        source.lines.flatMap { line -> [String] in
            let words = Code.words(line)
            return zip(words, words.dropFirst()).filter { $0.0 == "func" }.map { String($0.1) }
        }
    }

    /// Names in front of a parenthesis, but for those behind a point: these are another type's.
    private static func called(in source: House.Source) -> Set<String> {
        var names: Set<String> = []
        var reader = Code()
        for line in source.lines {
            var word = ""
            var before: Character = " "
            for character in reader.strip(line) {
                if character.isLetter || character.isNumber || character == "_" {
                    word.append(character)
                    continue
                }
                if character == "(" && !word.isEmpty && before != "." { names.insert(word) }
                word = ""
                before = character
            }
        }
        return names
    }

    /// The largest sets of files in which each reaches each.
    var circles: [[String]] {
        var reached: [String: Set<String>] = [:]
        for file in calls.keys { reached[file] = reach(file) }
        var left = Set(calls.keys)
        var found: [[String]] = []
        while let file = left.popFirst() {
            let circle = (reached[file] ?? []).filter { reached[$0]?.contains(file) == true }
            left.subtract(circle)
            if circle.count > 1 { found.append(circle.sorted()) }
        }
        return found
    }

    private func reach(_ start: String) -> Set<String> {
        var reached: Set<String> = []
        var open = Array(calls[start] ?? [])
        while let file = open.popLast() {
            if reached.insert(file).inserted { open += calls[file] ?? [] }
        }
        return reached
    }
}
