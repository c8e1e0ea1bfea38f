import Testing

/// Comments and names say what is meant in the field's standard terms.
@Suite struct WordsTests {
    /// A process or a connection is *it* or *which*: these words are for people.
    private static let persons: Set<Substring> = [
        "who", "whom", "whoever", "somebody", "someone", "nobody", "anybody", "anyone",
        "everybody", "everyone",
    ]

    /// Metaphors that were names here, where the field has a term.
    private static let metaphors: Set<Substring> = [
        "obituary", "obituaries", "errand", "errands", "tenant", "tenants", "crowd", "crowds",
        "lane", "lanes", "tally", "tallies", "mourn",
    ]

    @Test func `a process or a connection is it, and a name is no metaphor`() {
        let banned = Self.persons.union(Self.metaphors)
        expectNone { !Words.all(in: $0).isDisjoint(with: banned) }
    }

    @Test func `no comment begins with what the one above it says`() {
        expectNone { line in
            line.isFirstOfComment && line.comment.drop { "/ ".contains($0) }.hasPrefix("The same ")
        }
    }

    /// Expects no line that offends.
    private func expectNone(_ offends: (Words.Line) -> Bool) {
        var places: [String] = []
        for source in House.sources {
            for line in Words.lines(of: source) where offends(line) {
                places.append("\(source.path):\(line.number)")
            }
        }
        #expect(places == [])
    }

    @Test func `words are found in comments and inside names, and not in texts`() {
        let source = House.Source(
            path: "Sources/X/Y.swift",
            lines: [
                "/// Who asks, and", "/// The same again.", "func isNobodyThere(_ who_: Int) {",
                "    say(\"nobody\") // somebody", "    let `anyone left` = 1",
            ])
        let lines = Words.lines(of: source)
        #expect(lines.map(\.isFirstOfComment) == [true, false, false, true, false])
        let found = lines.map { Words.all(in: $0).intersection(Self.persons).sorted() }
        #expect(found == [["who"], [], ["nobody", "who"], ["somebody"], ["anyone"]])
    }
}

/// The words of a source's comments and names; what it says in texts is the product's.
enum Words {
    struct Line {
        let number: Int
        /// What stands behind two slashes.
        let comment: Substring
        let code: String
        /// Whether the comment begins here.
        let isFirstOfComment: Bool
    }

    static func lines(of source: House.Source) -> [Line] {
        var reader = Code()
        var lines: [Line] = []
        for (index, line) in source.lines.enumerated() {
            let isCode = !reader.isInText
            let code = reader.strip(line)
            let comment = isCode && !line.contains("\"\"\"") ? Code.parts(of: line).comment : ""
            let isLater = lines.last.map {
                !$0.comment.isEmpty && $0.code.allSatisfy(\.isWhitespace)
            }
            lines.append(
                Line(
                    number: index + 1, comment: comment, code: code,
                    isFirstOfComment: !comment.isEmpty && isLater != true))
        }
        return lines
    }

    /// Each in lower case; a name is taken apart where a capital begins a word.
    static func all(in line: Line) -> Set<Substring> {
        var words: Set<Substring> = []
        for word in (line.code + " " + line.comment).split(whereSeparator: { !$0.isLetter }) {
            var parts = ""
            for letter in word {
                if letter.isUppercase { parts.append(" ") }
                parts.append(contentsOf: letter.lowercased())
            }
            words.formUnion(parts.split(separator: " "))
        }
        return words
    }
}
