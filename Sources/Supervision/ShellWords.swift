import Control

/// A command line cut into words as a shell would cut it.
public enum ShellWords: Equatable {
    case words([String])
    /// It says something that only a shell understands, such as a pipe.
    case needsShell

    /// Reads one line; `variable` gives the value of a name, nothing where it is not set. Fails
    /// where a quote is not closed.
    public static func read(
        _ line: String, variable: (String) -> String?
    ) throws(Refusal) -> ShellWords {
        var reader = Reader(bytes: Array(line.utf8))
        return try reader.read(variable)
    }

    /// A word as it can be typed.
    public static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                !Reader.active.contains(byte) && byte > 0x20 && byte != 0x22 && byte != 0x24
                    && byte != 0x27 && byte != 0x5C
            }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}

/// The state of the reading: what has come of the present word, and where the reader stands.
private struct Reader {
    let bytes: [UInt8]
    var next = 0
    var words: [String] = []
    /// The bytes of the word that is being read; nothing between words, so that `''` is a word.
    var word: [UInt8]?

    init(bytes: [UInt8]) { self.bytes = bytes }

    // What a shell acts on outside quotes.
    static let active = Set("|&;<>()`*?[]{}!~#\n".utf8)

    /// Words that are no programs, but mean something to a shell at the beginning of a line.
    static let builtIn: Set<String> = [
        ".", ":", "alias", "break", "case", "cd", "command", "eval", "export", "for", "if", "read",
        "set", "shift", "trap", "ulimit", "umask", "unset", "until", "wait", "while",
    ]

    mutating func read(_ variable: (String) -> String?) throws(Refusal) -> ShellWords {
        while next < bytes.count {
            let byte = bytes[next]
            next += 1
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): endWord()
            case UInt8(ascii: "'"): try readSingleQuoted()
            case UInt8(ascii: "\""):
                if !(try readDoubleQuoted(variable)) { return .needsShell }
            case UInt8(ascii: "\\"):
                if next < bytes.count {
                    append(bytes[next])
                    next += 1
                }
            case UInt8(ascii: "$"):
                guard let value = expansion(variable) else { return .needsShell }
                splice(value)
            case UInt8(ascii: "~"), UInt8(ascii: "#"):
                // Both mean something at the beginning of a word alone.
                if word == nil { return .needsShell }
                append(byte)
            case UInt8(ascii: "="):
                // `NAME=value` in front of a command sets a variable.
                let isName = word.map { !$0.isEmpty && $0.allSatisfy(Self.isNamePart) } ?? false
                if words.isEmpty && isName { return .needsShell }
                append(byte)
            default:
                if Self.active.contains(byte) { return .needsShell }
                append(byte)
            }
        }
        endWord()
        // Whoever writes `exec` wants no shell in between, and there is none here.
        if words.count > 1, words[0] == "exec" {
            if words[1].hasPrefix("-") { return .needsShell }
            words.removeFirst()
        }
        if let first = words.first, Self.builtIn.contains(first) { return .needsShell }
        return .words(words)
    }

    private mutating func append(_ byte: UInt8) { word = (word ?? []) + [byte] }

    private mutating func endWord() {
        if let word { words.append(String(decoding: word, as: UTF8.self)) }
        word = nil
    }

    private mutating func readSingleQuoted() throws(Refusal) {
        word = word ?? []
        while next < bytes.count {
            let byte = bytes[next]
            next += 1
            if byte == UInt8(ascii: "'") { return }
            append(byte)
        }
        throw unclosed("'")
    }

    /// False where a shell is needed.
    private mutating func readDoubleQuoted(
        _ variable: (String) -> String?
    ) throws(Refusal) -> Bool {
        word = word ?? []
        while next < bytes.count {
            let byte = bytes[next]
            next += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "`"): return false
            case UInt8(ascii: "$"):
                guard let value = expansion(variable) else { return false }
                word! += Array(value.utf8)
            case UInt8(ascii: "\\"):
                // Within double quotes a backslash is itself, but before these.
                if next < bytes.count, "\"\\$`".utf8.contains(bytes[next]) {
                    append(bytes[next])
                    next += 1
                } else {
                    append(byte)
                }
            default: append(byte)
            }
        }
        throw unclosed("\"")
    }

    /// The value behind a `$`; nothing where it is more than a name.
    private mutating func expansion(_ variable: (String) -> String?) -> String? {
        if next < bytes.count, bytes[next] == UInt8(ascii: "{") {
            guard let close = bytes[next...].firstIndex(of: UInt8(ascii: "}")) else { return nil }
            let name = bytes[(next + 1)..<close]
            guard Self.isName(name) else { return nil }
            next = close + 1
            return variable(String(decoding: name, as: UTF8.self)) ?? ""
        }
        let name = bytes[next...].prefix(while: Self.isNamePart)
        guard Self.isName(name) else { return nil }
        next += name.count
        return variable(String(decoding: name, as: UTF8.self)) ?? ""
    }

    /// A value outside quotes: its blanks separate words, and an empty one is none.
    private mutating func splice(_ value: String) {
        for byte in value.utf8 {
            if byte == 32 || byte == 9 || byte == 10 { endWord() } else { append(byte) }
        }
    }

    /// What begins with a digit is a shell's own, as `$0` and `$1`.
    private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, !(0x30...0x39).contains(first) else { return false }
        return bytes.allSatisfy(isNamePart)
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }

    private func unclosed(_ quote: String) -> Refusal {
        let line = String(decoding: bytes, as: UTF8.self)
        return Refusal(what: "the line '\(line)' can't be read", why: "a \(quote) is not closed")
    }
}
