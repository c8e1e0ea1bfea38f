/// Declarations that nothing in a set of sources uses, told by names: a declaration is dead where
/// its name stands nowhere else within its reach but in other declarations of that name.
///
/// The reach is the file for what is private, the module for what has no access level, and all for
/// what is public. Two types that have a member of the same name hide each other's: nothing that is
/// found is in use, but not all that is dead is found.
struct DeadCode {
    struct Declaration: Equatable {
        let name: String
        let place: Place
        let reach: Reach
    }

    enum Reach { case file, module, all }

    struct Place: Equatable {
        let path: String
        let line: Int
    }

    private var declarations: [Declaration] = []
    private var uses: [Reach: [String: Set<String>]] = [:]
    /// What protocols ask for: called by that name of another type.
    private var requirements: Set<String> = [
        // Of the standard library, or for the compiler.
        "main", "rawValue", "appendLiteral", "appendInterpolation", "hash",
    ]

    private static let keywords: Set = [
        "func", "var", "let", "struct", "class", "enum", "actor", "protocol", "typealias",
        "associatedtype",
    ]

    init(_ sources: [House.Source]) {
        for source in sources {
            var reader = Reader(Tokens(source).list, source)
            reader.read()
            declarations += reader.declarations
            requirements.formUnion(reader.requirements)
            for (reach, scope) in [(.file, source.path), (.module, source.module), (.all, "")]
                as [(Reach, String)]
            {
                uses[reach, default: [:]][scope, default: []].formUnion(reader.uses)
            }
        }
    }

    /// What is dead but for the names in `known`.
    func unused(besides known: Set<String>) -> [Declaration] {
        declarations.filter { declaration in
            if known.contains(declaration.name) || requirements.contains(declaration.name) {
                return false
            }
            let path = declaration.place.path
            let scope =
                switch declaration.reach {
                case .file: path
                case .module: String(path.split(separator: "/")[1])
                case .all: ""
                }
            return uses[declaration.reach]?[scope]?.contains(declaration.name) != true
        }
    }

    /// Reads one file.
    private struct Reader {
        private(set) var declarations: [Declaration] = []
        private(set) var uses: Set<String> = []
        private(set) var requirements: Set<String> = []

        private let tokens: [Tokens.Token]
        private let path: String
        /// What each open bracket belongs to.
        private var open: [Bracket] = []
        private var next = Bracket.other

        private enum Bracket { case parenthesis, other, enumeration, words, requirements }

        init(_ tokens: [Tokens.Token], _ source: House.Source) {
            self.tokens = tokens
            path = source.path
        }

        private func text(_ index: Int) -> String {
            tokens.indices.contains(index) ? tokens[index].text : ""
        }

        mutating func read() {
            var cases: Set<Int> = []
            for index in tokens.indices {
                let token = tokens[index]
                noteBracket(index)
                if !token.isName { continue }
                if token.text == "case" && (open.last == .enumeration || open.last == .words) {
                    for name in caseNames(behind: index) {
                        cases.insert(name)
                        // One that is made from a text, or found in `allCases`, needs no name.
                        if open.last == .enumeration { declare(name, .all) }
                    }
                } else if keywords(before: index) {
                    declare(index, reach(of: index))
                } else if !cases.contains(index) && isUse(index) {
                    uses.insert(token.text)
                }
            }
        }

        private mutating func noteBracket(_ index: Int) {
            switch text(index) {
            case "(": open.append(.parenthesis)
            case "[": open.append(.other)
            case "{":
                open.append(next)
                next = .other
            case ")", "]", "}": _ = open.popLast()
            case "protocol": next = .requirements
            case "enum" where text(index - 1) != ".":
                var end = index
                var isOfWords = false
                while !["{", ""].contains(text(end)) {
                    if ["String", "CaseIterable"].contains(text(end)) { isOfWords = true }
                    end += 1
                }
                next = isOfWords ? .words : .enumeration
            default: break
            }
        }

        private func keywords(before index: Int) -> Bool {
            let word = text(index - 1)
            let isClassMember = word == "class" && ["func", "var"].contains(text(index))
            return DeadCode.keywords.contains(word) && !isClassMember
        }

        private mutating func declare(_ index: Int, _ reach: Reach) {
            let token = tokens[index]
            if open.last == .requirements {
                requirements.insert(token.text)
                return
            }
            declarations.append(
                Declaration(
                    name: token.text, place: Place(path: path, line: token.line), reach: reach))
        }

        /// By the words of its line in front of it, and of the attributes' lines.
        private func reach(of index: Int) -> Reach {
            var reach = Reach.module
            var place = index - 1
            while place >= 0, tokens[place].line == tokens[index].line {
                switch text(place) {
                case "private", "fileprivate":
                    // `private(set)` is about changes alone.
                    if text(place + 1) != "(" { reach = .file }
                case "public", "override": reach = .all
                default: break
                }
                place -= 1
            }
            let isProgram = text(index - 2) == "main" && text(index - 3) == "@"
            return isProgram ? .all : reach
        }

        /// The names of `case a, b(Int), c = 1`, which ends with its line unless that ends with a
        /// comma.
        private func caseNames(behind index: Int) -> [Int] {
            var names: [Int] = []
            var depth = 0
            var place = index + 1
            while place < tokens.count {
                let isNewLine = tokens[place].line > tokens[place - 1].line
                if isNewLine && depth == 0 && text(place - 1) != "," { break }
                switch text(place) {
                case "(": depth += 1
                case ")": depth -= 1
                default:
                    let isFirst = place == index + 1 || (text(place - 1) == "," && depth == 0)
                    if isFirst && tokens[place].isName { names.append(place) }
                }
                place += 1
            }
            return names
        }

        private func isUse(_ index: Int) -> Bool {
            let name = text(index)
            let before = text(index - 1)
            if open.last == .parenthesis && (before == "(" || before == ",") {
                // A label in a call, or a parameter's.
                let isLabel = text(index + 1) == ":"
                let isParameter =
                    tokens.indices.contains(index + 1) && tokens[index + 1].isName
                    && text(index + 2) == ":"
                if isLabel || isParameter { return false }
            }
            // What is only ever set by an initializer, `self.name = name`, is not used.
            let isAssigned = text(index + 1) == "=" && text(index + 2) != "="
            if isAssigned && before == "." && text(index - 2) == "self" {
                return text(index + 2) != name
            }
            return !(before == "=" && text(index - 2) == name && text(index - 3) == ".")
        }
    }
}
