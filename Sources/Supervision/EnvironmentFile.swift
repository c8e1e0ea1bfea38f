/// A `.env` file: `NAME=value` lines beside a Procfile.
///
/// As foreman reads it, but for a comment behind a value, which it would take for a part of it.
public struct EnvironmentFile: Sendable {
    public struct Variable: Equatable, Sendable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public private(set) var variables: [Variable] = []
    /// The numbers of lines that say nothing that is understood; known to whoever read the file.
    private(set) var skipped: [Int] = []

    public init() {}

    /// The lines of a file that was read before, `NAME=value` each.
    init(entries: [String]) {
        for entry in entries {
            guard let sign = entry.firstIndex(of: "=") else { continue }
            variables.append(
                Variable(
                    name: String(entry[..<sign]),
                    value: String(entry[entry.index(after: sign)...])))
        }
    }

    /// `NAME=value` for each.
    public var entries: [String] { variables.map { "\($0.name)=\($0.value)" } }

    /// Reads a file's text; lines that say nothing that is understood are skipped, as foreman does.
    public init(_ text: String) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, raw) in lines.enumerated() {
            var line = raw.trimmingBlanks()
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("export ") { line = line.dropFirst(7).trimmingBlanks() }
            guard let sign = line.firstIndex(of: "="), Procfile.isName(line[..<sign]) else {
                skipped.append(index + 1)
                continue
            }
            let value = Self.value(line[line.index(after: sign)...].trimmingBlanks())
            variables.append(Variable(name: String(line[..<sign]), value: value))
        }
    }

    /// The value given last; nothing when the file does not name it.
    public func value(_ name: String) -> String? { variables.last { $0.name == name }?.value }

    private static func value(_ text: String) -> String {
        switch text.first {
        case "'": return quoted(text, by: "'") ?? bare(text)
        case "\"": return quoted(text, by: "\"") ?? bare(text)
        case "#": return ""
        case nil, .some: return bare(text)
        }
    }

    /// What stands between quotes; nothing where they are not closed, or more than a comment
    /// follows. Within double ones a backslash takes away the meaning of what follows it.
    private static func quoted(_ text: String, by quote: Character) -> String? {
        var value = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if character == quote {
                let after = String(rest).trimmingBlanks()
                return after.isEmpty || after.hasPrefix("#") ? value : nil
            }
            if character == "\\", quote == "\"", let next = rest.popFirst() {
                value.append(next == "n" ? "\n" : next)
            } else {
                value.append(character)
            }
        }
        return nil
    }

    /// A comment begins with a `#` behind a blank.
    private static func bare(_ text: String) -> String {
        var isBehindBlank = false
        for index in text.indices {
            if text[index] == "#" && isBehindBlank { return text[..<index].trimmingBlanks() }
            isBehindBlank = text[index].isWhitespace
        }
        return text
    }
}

/// Two are the same that make the same environment.
extension EnvironmentFile: Equatable {
    public static func == (one: EnvironmentFile, other: EnvironmentFile) -> Bool {
        one.variables == other.variables
    }
}
