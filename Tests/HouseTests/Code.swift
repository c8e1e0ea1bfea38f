/// A line of Swift without what is said in comments and texts, so that words and braces can be
/// counted. It knows no nested comments: there are none here.
struct Code {
    private(set) var isInText = false

    /// What of the next line is code.
    mutating func strip(_ line: String) -> String {
        let marks = line.components(of: "\"\"\"")
        if marks > 0 {
            let wasInText = isInText
            if marks % 2 == 1 { isInText.toggle() }
            return wasInText ? "" : String(line.prefix { $0 != "\"" })
        }
        return isInText ? "" : Self.parts(of: line).code
    }

    /// What of a line that begins outside a text is code, and what stands behind two slashes.
    static func parts(of line: String) -> (code: String, comment: Substring) {
        var code = ""
        var isInText = false
        var isEscaped = false
        var last: Character = " "
        for index in line.indices {
            let character = line[index]
            if isInText {
                if character == "\"" && !isEscaped { isInText = false }
                isEscaped = character == "\\" && !isEscaped
                continue
            }
            if character == "/" && last == "/" {
                code.removeLast()
                return (code, line[line.index(after: index)...])
            }
            if character == "\"" { isInText = true } else { code.append(character) }
            last = character
        }
        return (code, "")
    }

    /// The words of a line of code.
    static func words(_ code: String) -> [Substring] {
        code.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "@" && $0 != "#" }
    }

    /// The functions of a file that are longer than `limit`, with their lengths.
    static func longFunctions(_ lines: [String], limit: Int) -> [(line: Int, length: Int)] {
        var reader = Code()
        var depth = 0
        var open: [(line: Int, depth: Int)] = []
        var awaited: Int?
        var long: [(line: Int, length: Int)] = []
        for (index, line) in lines.enumerated() {
            let code = reader.strip(line)
            let words = words(code)
            if words.contains("func") || words.contains("init") || words.first == "deinit" {
                awaited = awaited ?? index
            }
            for character in code {
                if character == "{" {
                    depth += 1
                    if let start = awaited { open.append((start, depth)) }
                    awaited = nil
                } else if character == "}" {
                    if let last = open.last, last.depth == depth {
                        open.removeLast()
                        let length = index - last.line + 1
                        if length > limit { long.append((last.line + 1, length)) }
                    }
                    depth -= 1
                }
            }
        }
        return long
    }
}

extension String {
    /// How often `part` is in it.
    func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
