/// Parameters that the body of their function never names.
enum UnusedParameters {
    struct Parameter: Equatable {
        let name: String
        let function: String
        let line: Int
    }

    private static let starts: Set = ["func", "init", "subscript"]

    /// Those of a file. A body without a statement has none, nor a function that is called by a
    /// protocol's or another type's rules: one of the names in `required`, or an override. What is
    /// a type says what is made, and need not be named.
    static func all(in source: House.Source, besides required: Set<String> = []) -> [Parameter] {
        let tokens = Tokens(source).list
        var found: [Parameter] = []
        for index in tokens.indices where starts.contains(tokens[index].text) {
            let name = function(tokens, index)
            if required.contains(name) { continue }
            guard let start = parameters(tokens, index),
                let end = closing(tokens, start),
                let body = body(tokens, behind: end), let last = closing(tokens, body)
            else { continue }
            let isOverride = index > 0 && tokens[index - 1].text == "override"
            if isOverride || last == body + 1 { continue }
            let said = Set(tokens[body...last].map(\.text))
            for place in named(tokens, start, end) where !said.contains(tokens[place].text) {
                found.append(
                    Parameter(
                        name: tokens[place].text, function: name, line: tokens[place].line))
            }
        }
        return found
    }

    private static func function(_ tokens: [Tokens.Token], _ index: Int) -> String {
        tokens[index].text == "func" && index + 1 < tokens.count
            ? tokens[index + 1].text : tokens[index].text
    }

    /// Where the parenthesis of a declaration opens; `nil` where `index` only calls.
    private static func parameters(_ tokens: [Tokens.Token], _ index: Int) -> Int? {
        let isCall = index > 0 && [".", "(", ","].contains(tokens[index - 1].text)
        var place = tokens[index].text == "func" ? index + 2 : index + 1
        if isCall || place >= tokens.count { return nil }
        if tokens[place].text == "?" { place += 1 }
        if tokens[place].text == "<" {
            var depth = 0
            while place < tokens.count {
                if tokens[place].text == "<" { depth += 1 }
                if tokens[place].text == ">" { depth -= 1 }
                place += 1
                if depth == 0 { break }
            }
        }
        return place < tokens.count && tokens[place].text == "(" ? place : nil
    }

    /// Where the bracket that opens at `start` is closed.
    private static func closing(_ tokens: [Tokens.Token], _ start: Int) -> Int? {
        var depth = 0
        for place in start..<tokens.count {
            switch tokens[place].text {
            case "(", "[", "{": depth += 1
            case ")", "]", "}":
                depth -= 1
                if depth == 0 { return place }
            default: break
            }
        }
        return nil
    }

    /// Where the body opens; `nil` where a protocol asks for the function.
    private static func body(_ tokens: [Tokens.Token], behind end: Int) -> Int? {
        let others: Set = [
            "}", "func", "var", "let", "init", "case", "subscript", "static", "mutating", "public",
            "private", "associatedtype", "@",
        ]
        var depth = 0
        for place in (end + 1)..<tokens.count {
            switch tokens[place].text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return place
            case let text where depth == 0 && others.contains(text): return nil
            default: break
            }
        }
        return nil
    }

    /// The parameters' names within the body, but for those of types.
    private static func named(
        _ tokens: [Tokens.Token], _ start: Int, _ end: Int
    ) -> [Int] {
        var names: [Int] = []
        var depth = 0
        var last: Int?
        var isName = true
        for place in start..<end {
            let text = tokens[place].text
            switch text {
            case "(", "[", "{":
                depth += 1
                if place == start { continue }
            case ")", "]", "}": depth -= 1
            default: break
            }
            if depth != 1 { continue }
            if text == "," {
                isName = true
                last = nil
            } else if isName && text == ":" {
                isName = false
                if let last, tokens[last].text != "_" { names.append(last) }
            } else if isName && tokens[place].isName && text != "@" {
                last = place
            } else if text == "Type" && tokens[place - 1].text == "." && !names.isEmpty {
                names.removeLast()
            }
        }
        return names
    }
}
