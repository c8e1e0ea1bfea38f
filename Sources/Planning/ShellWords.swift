import Basics
import Control

/// A command line cut into words as a shell would cut it.
public enum ShellWords: Equatable {
    case words([ByteString])
    /// It says something that only a shell understands, such as a pipe.
    case needsShell

    /// What is known of a variable before the process is started.
    public enum Variable: Equatable {
        case set(ByteString)
        case unset
        /// A shell that the process is started in would know it.
        case knownLater
    }

    /// Reads one line; `variable` tells of a name. Fails where a quote is not closed.
    public static func read(
        _ line: some OctetText, variable: @escaping (String) -> Variable
    ) throws(Refusal) -> ShellWords {
        var reader = ShellReader(line.octets.bytes, variable)
        return try reader.read().map { .words($0) } ?? .needsShell
    }

    /// A word as it can be typed, for people.
    public static func quoted(_ text: some OctetText) -> String {
        let word = text.octets
        let isPlain =
            !word.isEmpty
            && word.bytes.allSatisfy { byte in
                !ShellReader.active.contains(byte) && byte > 0x20 && byte != 0x22 && byte != 0x24
                    && byte != 0x27 && byte != 0x5C
            }
        return isPlain ? word.text : "'" + word.text.replacing("'", with: "'\\''") + "'"
    }
}

/// The state of the reading: what has come of the present word, and where the reader stands.
struct ShellReader {
    private let bytes: [UInt8]
    private let variable: (String) -> ShellWords.Variable
    private var next = 0
    private var words: [ByteString] = []
    /// The bytes of the word that is being read; `nil` between words, so that `''` is a word.
    private var word: [UInt8]?

    /// Whether the reading goes on, or a shell must do it.
    private enum Course {
        case goesOn
        case needsShell
    }

    init(_ bytes: [UInt8], _ variable: @escaping (String) -> ShellWords.Variable) {
        self.bytes = bytes
        self.variable = variable
    }

    // What a shell acts on outside quotes.
    static let active = Set("|&;<>()`*?[]{}!~#\n".utf8)

    /// Words that mean something to a shell at the beginning of a line: its built-in commands that
    /// are no programs beside it, and its reserved words. POSIX.1-2024, XCU 2.4, 2.15 and 1.7.
    private static let builtIn: Set<ByteString> = [
        ".", ":", "alias", "bg", "break", "case", "cd", "chdir", "command", "continue", "eval",
        "exec", "exit", "export", "fc", "fg", "for", "getopts", "hash", "if", "jobs", "local",
        "read", "readonly", "return", "set", "shift", "source", "times", "trap", "type", "ulimit",
        "umask", "unalias", "unset", "until", "wait", "while",
    ]

    /// The words; `nil` where a shell is needed.
    mutating func read() throws(Refusal) -> [ByteString]? {
        while next < bytes.count {
            if try step() == .needsShell { return nil }
        }
        endWord()
        // `exec` asks for no shell in between, and there is none here.
        if words.count > 1, words[0] == "exec" {
            if words[1].hasPrefix("-") { return nil }
            words.removeFirst()
        }
        if let first = words.first, Self.builtIn.contains(first) { return nil }
        return words
    }

    /// Reads what stands next outside quotes.
    private mutating func step() throws(Refusal) -> Course {
        let byte = take()
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"): endWord()
        case UInt8(ascii: "~"), UInt8(ascii: "#"):
            // Both mean something at the beginning of a word alone.
            if word == nil { return .needsShell }
            append(byte)
        case UInt8(ascii: "="):
            // `NAME=value` in front of a command sets a variable.
            let isName = word.map { Self.isName($0[...]) } ?? false
            if words.isEmpty && isName { return .needsShell }
            append(byte)
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"):
            return try readSpecial(byte)
        case UInt8(ascii: "["):
            guard let end = ShellPattern.endOfHost(in: bytes, at: next - 1) else {
                return .needsShell
            }
            word = (word ?? []) + bytes[(next - 1)..<end]
            next = end
        default:
            if Self.active.contains(byte) { return .needsShell }
            append(byte)
        }
        return .goesOn
    }

    /// What means the same outside quotes and in a default that stands outside quotes.
    private mutating func readSpecial(_ byte: UInt8) throws(Refusal) -> Course {
        switch byte {
        case UInt8(ascii: "'"): try readSingleQuoted()
        case UInt8(ascii: "\""): return try readDoubleQuoted()
        case UInt8(ascii: "\\"): append(next < bytes.count ? take() : byte)
        default: return try expand(isQuoted: false)
        }
        return .goesOn
    }

    private mutating func take() -> UInt8 {
        next += 1
        return bytes[next - 1]
    }

    private mutating func append(_ byte: UInt8) { word = (word ?? []) + [byte] }

    private mutating func endWord() {
        if let word { words.append(ByteString(word)) }
        word = nil
    }

    private mutating func readSingleQuoted() throws(Refusal) {
        word = word ?? []
        while next < bytes.count {
            let byte = take()
            if byte == UInt8(ascii: "'") { return }
            append(byte)
        }
        throw unclosed("'")
    }

    private mutating func readDoubleQuoted() throws(Refusal) -> Course {
        word = word ?? []
        while next < bytes.count {
            let byte = take()
            if byte == Ascii.quote { return .goesOn }
            if try readQuoted(byte, escapable: "\"\\$`") == .needsShell { return .needsShell }
        }
        throw unclosed("\"")
    }

    /// Within double quotes a backslash is itself, but before these.
    private mutating func readQuoted(
        _ byte: UInt8, escapable: String
    ) throws(Refusal) -> Course {
        switch byte {
        case UInt8(ascii: "`"): return .needsShell
        case UInt8(ascii: "$"): return try expand(isQuoted: true)
        case UInt8(ascii: "\\") where next < bytes.count && escapable.utf8.contains(bytes[next]):
            append(take())
        default: append(byte)
        }
        return .goesOn
    }

    /// A value outside quotes: its blanks separate words, an empty one is none, and what looks like
    /// a pattern stands for files.
    private mutating func splice(_ value: ByteString) -> Course {
        if ShellPattern.isPresent(in: value.bytes) { return .needsShell }
        for byte in value.bytes {
            if byte == 32 || byte == 9 || byte == 10 { endWord() } else { append(byte) }
        }
        return .goesOn
    }

    /// What begins with a digit is a shell's own, as `$0` and `$1`.
    private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, !(0x30...0x39).contains(first) else { return false }
        return bytes.allSatisfy(isNamePart)
    }

    static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }

    private func unclosed(_ quote: String) -> Refusal {
        Refusal(
            what: "the line '\(ByteString(bytes).text)' can't be read",
            why: "a \(quote) is not closed")
    }
}

/// Variables. POSIX.1-2024, XCU 2.6.2: `$NAME`, `${NAME}`, and with a word to take instead
/// `${NAME-word}`, `${NAME:-word}`, `${NAME+word}`, `${NAME:+word}`.
extension ShellReader {
    /// Reads what stands behind a `$`.
    private mutating func expand(isQuoted: Bool) throws(Refusal) -> Course {
        let isBraced = next < bytes.count && bytes[next] == UInt8(ascii: "{")
        let name = bytes[(isBraced ? next + 1 : next)...].prefix(while: Self.isNamePart)
        guard Self.isName(name) else { return .needsShell }
        next = name.endIndex
        let found = variable(String(decoding: name, as: UTF8.self))
        if found == .knownLater { return .needsShell }
        if !isBraced { return put(found, isQuoted) }
        guard next < bytes.count else { return .needsShell }
        var sign = take()
        if sign == UInt8(ascii: "}") { return put(found, isQuoted) }
        var isSet = found != .unset
        if sign == Ascii.colon, next < bytes.count {
            if found == .set(ByteString()) { isSet = false }
            sign = take()
        }
        switch sign {
        case UInt8(ascii: "-") where isSet:
            return try readWord(isQuoted, isTaken: false) == .goesOn
                ? put(found, isQuoted) : .needsShell
        case UInt8(ascii: "-"): return try readWord(isQuoted, isTaken: true)
        case UInt8(ascii: "+"): return try readWord(isQuoted, isTaken: isSet)
        default: return .needsShell
        }
    }

    private mutating func put(_ found: ShellWords.Variable, _ isQuoted: Bool) -> Course {
        guard case .set(let value) = found else { return .goesOn }
        if !isQuoted { return splice(value) }
        word = (word ?? []) + value.bytes
        return .goesOn
    }

    /// Reads up to the brace that closes the expansion, and takes it or not.
    private mutating func readWord(_ isQuoted: Bool, isTaken: Bool) throws(Refusal) -> Course {
        let before = (words, word)
        while next < bytes.count {
            let byte = take()
            if byte == UInt8(ascii: "}") {
                if !isTaken { (words, word) = before }
                return .goesOn
            }
            let course = try isQuoted ? readQuotedWord(byte) : readPlainWord(byte)
            if course == .needsShell { return course }
        }
        // The shell will say what it misses.
        return .needsShell
    }

    private mutating func readQuotedWord(_ byte: UInt8) throws(Refusal) -> Course {
        // Shells disagree about quotes in here.
        if byte == Ascii.quote { return .needsShell }
        return try readQuoted(byte, escapable: "\"\\$`}")
    }

    private mutating func readPlainWord(_ byte: UInt8) throws(Refusal) -> Course {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"): endWord()
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"):
            return try readSpecial(byte)
        case UInt8(ascii: "~"), UInt8(ascii: "`"): return .needsShell
        default:
            if ShellPattern.signs.contains(byte) { return .needsShell }
            append(byte)
        }
        return .goesOn
    }
}
