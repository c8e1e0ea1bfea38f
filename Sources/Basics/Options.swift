/// A word that a program takes on its command line.
public struct Option: Sendable {
    /// Without the dashes, as `backends`.
    public let name: String
    /// One letter, where it is customary.
    public let short: Character?
    /// How its value is called in the help, as `N`; `nil` when it takes none.
    public let value: String?
    /// What applies where it is not given, as it would be written, where the help tells it.
    public let standard: String?
    /// The line for the help, with `{}` where `standard` is told.
    private let text: String
    private let words: [String]?

    /// `words` are what may be typed as its value, where `value` does not list them.
    public init(
        _ name: String, short: Character? = nil, value: String? = nil, help: String,
        words: [String]? = nil, standard: String? = nil
    ) {
        self.name = name
        self.short = short
        self.value = value
        self.standard = standard
        text = help
        self.words = words
    }

    /// One line for the help.
    public var help: String {
        guard let standard, let place = text.firstIndex(of: "{") else { return text }
        return text[..<place] + standard + text[place...].dropFirst("{}".count)
    }

    /// What a shell may complete its value to: words, or how they begin. Of `off|tcp|SIZE/s` the
    /// capitals stand for something else.
    public var candidates: [String] {
        if let words { return words }
        guard let value, value.contains("|") else { return [] }
        return value.split(separator: "|").map { String($0.prefix { !$0.isUppercase }) }
            .filter { !$0.isEmpty }
    }
}

/// A command line that can't be understood; the program then exits with 2.
public struct UsageError: Error, Equatable {
    /// What is wrong, as a sentence without a full stop.
    public let message: String
    /// What to do instead, or empty.
    public let hint: String

    public init(_ message: String, hint: String = "") {
        self.message = message
        self.hint = hint
    }
}

/// A command line, understood: options in any order, `--name=value` or `--name value`, short ones
/// alone (`-t 5`), and `--` before operands that begin with a dash.
public struct ParsedOptions: Sendable {
    private var given: [(name: String, value: ByteString)] = []
    /// What is no option, in order.
    public private(set) var operands: [String] = []

    /// Reads the words of a command line, the program's own name not among them.
    public init(_ words: [String], allowed: [Option]) throws(UsageError) {
        try self.init(words.map { ByteString($0) }, allowed: allowed)
    }

    /// Reads words of which a value may be any octets.
    public init(_ words: [ByteString], allowed: [Option]) throws(UsageError) {
        var index = 0
        while index < words.count {
            let word = words[index]
            index += 1
            if word == "--" {
                operands += words[index...].map { $0.text }
                break
            }
            if !word.hasPrefix("-") || word == "-" {
                operands.append(word.text)
                continue
            }
            let parts = word.split(by: UInt8(ascii: "="), maxSplits: 1)
            let key = parts[0].text
            let option = try Self.find(key, in: allowed)
            if option.value == nil {
                if parts.count > 1 { throw UsageError("\(key) takes no value") }
                given.append((option.name, ""))
            } else if parts.count > 1 {
                given.append((option.name, parts[1]))
            } else if index < words.count {
                given.append((option.name, words[index]))
                index += 1
            } else {
                throw UsageError("\(key) needs a value (\(option.value ?? ""))")
            }
        }
    }

    private static func find(_ key: String, in allowed: [Option]) throws(UsageError) -> Option {
        for option in allowed {
            if key == "--" + option.name { return option }
            if let short = option.short, key == "-\(short)" { return option }
        }
        var hint = ""
        if let near = SpellingCorrection.nearest(to: key, in: allowed.map { "--" + $0.name }) {
            hint = "did you mean '\(near)'?"
        }
        throw UsageError("unknown option '\(key)'", hint: hint)
    }

    /// Whether the option was given.
    public func has(_ name: String) -> Bool { given.contains { $0.name == name } }

    /// The value given last; `nil` when it was not given.
    public func value(_ name: String) -> String? { octets(name)?.text }

    /// The value of an option octet for octet: a path need not be UTF-8.
    public func octets(_ name: String) -> ByteString? { given.last { $0.name == name }?.value }

    /// All values, in order.
    public func values(_ name: String) -> [String] {
        given.filter { $0.name == name }.map { $0.value.text }
    }

    /// All values of an option octet for octet, in order.
    public func allOctets(_ name: String) -> [ByteString] {
        given.filter { $0.name == name }.map { $0.value }
    }

    /// A whole number within `range`; `nil` when it was not given.
    public func number(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text), !text.hasPrefix("+"), range.contains(number) else {
            throw UsageError(
                "--\(name) takes a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound), not '\(text)'")
        }
        return number
    }

    /// One of several words; `nil` when it was not given.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ type: Choice.Type = Choice.self
    ) throws(UsageError) -> Choice? {
        guard let text = value(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map { $0.rawValue }.joined(separator: ", ")
            throw UsageError(
                "--\(name) can't be '\(text)'", hint: "it is one of \(words)")
        }
        return choice
    }

    /// A span of time; `nil` when it was not given.
    public func duration(_ name: String) throws(UsageError) -> Nanoseconds? {
        guard let text = value(name) else { return nil }
        guard let span = Quantity.duration(text) else {
            throw UsageError("--\(name) takes a time such as 250ms, 10s or 5m, not '\(text)'")
        }
        return span
    }

    /// The value of an option as a span of time above 0, where no time at all makes no sense.
    public func span(_ name: String) throws(UsageError) -> Nanoseconds? {
        let span = try duration(name)
        if span?.count == 0 {
            throw UsageError("--\(name) takes a time above 0, such as 250ms, 10s or 5m")
        }
        return span
    }

    /// A number of bytes; `nil` when it was not given.
    public func size(_ name: String) throws(UsageError) -> UInt64? {
        guard let text = value(name) else { return nil }
        guard let size = Quantity.size(text) else {
            throw UsageError("--\(name) takes a size such as 16KiB or 256MiB, not '\(text)'")
        }
        return size
    }
}

/// Which known word a misspelt one stands for.
public enum SpellingCorrection {
    /// The known word with the fewest letters to change; `nil` when none is near. A slip seldom
    /// takes the first letter, so a word with another one was meant as it stands (`top`, not
    /// `stop`), but for one that changed places with the second.
    public static func nearest(to word: String, in known: [String]) -> String? {
        let typed = letters(word)
        let limit = max(1, min(3, typed.count / 3))
        var best: (word: String, distance: Int)?
        for candidate in known {
            let meant = letters(candidate)
            let begins =
                typed.first == meant.first || typed.prefix(2) == meant.prefix(2).reversed()[...]
            let distance = distance(typed, meant)
            if begins && distance <= limit && distance < (best?.distance ?? .max) {
                best = (candidate, distance)
            }
        }
        return best?.word
    }

    /// Without the dashes of an option: they are no slip.
    private static func letters(_ word: String) -> [Character] {
        Array(word.drop { $0 == "-" })
    }

    /// Letters to add, drop, change or swap with a neighbour (Damerau, Levenshtein).
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var rows = [[Int]](
            repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count { rows[i][0] = i }
        for j in 0...b.count { rows[0][j] = j }
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        for i in 1...a.count {
            for j in 1...b.count {
                let change = a[i - 1] == b[j - 1] ? 0 : 1
                var least = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1)
                least = min(least, rows[i - 1][j - 1] + change)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    least = min(least, rows[i - 2][j - 2] + 1)
                }
                rows[i][j] = least
            }
        }
        return rows[a.count][b.count]
    }
}
