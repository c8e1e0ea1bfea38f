/// What a type keeps: its stored properties, as far as their declarations show.
struct Shape {
    let name: String
    let path: String
    /// Each with the rest of its line.
    let properties: [(name: String, rest: String)]

    /// The types that a file declares, the nested ones too.
    static func all(in source: House.Source) -> [Shape] {
        var shapes: [Shape] = []
        for (index, line) in source.lines.enumerated() {
            let indent = line.prefix { $0 == " " }.count
            let words = Code.words(line)
            guard line.hasSuffix("{"), !line.contains("//"), !words.contains("func"),
                let place = words.firstIndex(where: { $0 == "struct" || $0 == "class" }),
                place + 1 < words.count
            else { continue }
            shapes.append(
                Shape(
                    name: String(words[place + 1]), path: source.path,
                    properties: properties(source.lines[(index + 1)...], indent: indent)))
        }
        return shapes
    }

    private static func properties(
        _ lines: ArraySlice<String>, indent: Int
    ) -> [(name: String, rest: String)] {
        var found: [(name: String, rest: String)] = []
        for line in lines {
            let own = line.prefix { $0 == " " }.count
            if own == indent && line.hasPrefix(String(repeating: " ", count: indent) + "}") {
                break
            }
            let words = Code.words(line)
            guard own == indent + 4, !words.contains("static"), !words.contains("func"),
                let place = words.firstIndex(where: { $0 == "let" || $0 == "var" }), place < 4,
                place + 1 < words.count, !isComputed(line)
            else { continue }
            let name = String(words[place + 1])
            let rest = line.firstRange(of: name).map { String(line[$0.upperBound...]) } ?? ""
            found.append((name, rest))
        }
        return found
    }

    private static func isComputed(_ line: String) -> Bool {
        guard let brace = line.firstIndex(of: "{") else { return false }
        return !line[..<brace].contains("=")
    }
}
