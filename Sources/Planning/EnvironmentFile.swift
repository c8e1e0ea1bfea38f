import Basics
import Control

/// A `.env` file: `NAME=value` lines beside a Procfile.
///
/// As foreman reads it, but for a comment behind a value, which it would take for a part of it, and
/// for a value in quotes, which may have several lines.
public struct EnvironmentFile: Sendable {
    public struct Variable: Equatable, Sendable {
        public var name: String
        public var value: ByteString

        public init(name: String, value: ByteString) {
            self.name = name
            self.value = value
        }
    }

    public private(set) var variables: [Variable] = []
    /// The numbers of lines that say nothing that is understood; empty where no file was read.
    private(set) var skipped: [Int] = []
    /// The numbers of lines with a value that begins with a quote that is never closed, and so is a
    /// part of it.
    private(set) var unclosed: [Int] = []

    public init() {}

    /// The lines of a file that was read before, `NAME=value` each.
    init(entries: [ByteString]) {
        for entry in entries {
            let parts = entry.split(by: Self.equals, maxSplits: 1)
            if parts.count == 2 { variables.append(Variable(name: parts[0].text, value: parts[1])) }
        }
    }

    /// `NAME=value` for each.
    public var entries: [ByteString] { variables.map { "\($0.name)=\($0.value)" } }

    /// Reads a file's text; lines that say nothing that is understood are skipped, as foreman does.
    public init(_ text: some OctetText) {
        let lines = TextFile.lines(text.octets)
        var next = 0
        while next < lines.count {
            let first = next
            next += 1
            var line = TextFile.trimmed(lines[first])
            if line.isEmpty || line.first == TextFile.hash { continue }
            line = Self.withoutExport(line)
            guard let sign = line.firstIndex(of: Self.equals), Procfile.isName(line[..<sign])
            else {
                skipped.append(first + 1)
                continue
            }
            let value: ByteString
            // Blanks at the end of the line belong to a value that goes on.
            let begin = lines[first][(sign + 1)...].drop(while: TextFile.isBlank)
            switch QuotedValue.read(begin, lines[next...]) {
            case .value(let quoted):
                value = quoted.value
                next += quoted.furtherLines
            case .unclosed:
                unclosed.append(first + 1)
                value = ByteString(Self.bare(TextFile.trimmed(begin)))
            case .bare: value = ByteString(Self.bare(TextFile.trimmed(begin)))
            }
            if value.bytes.contains(0) {
                // A variable can't hold one.
                skipped.append(first + 1)
                continue
            }
            let name = String(decoding: line[..<sign], as: UTF8.self)
            variables.append(Variable(name: name, value: value))
        }
    }

    /// The value given last; `nil` where the file does not name it.
    public func value(_ name: String) -> ByteString? {
        variables.last { $0.name == name }?.value
    }

    private static let equals = UInt8(ascii: "=")

    /// A shell could read the file too: then `export` may stand in front.
    private static func withoutExport(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let word = "export".utf8
        guard line.starts(with: word), let next = line.dropFirst(word.count).first,
            TextFile.isBlank(next)
        else { return line }
        return TextFile.trimmed(line.dropFirst(word.count))
    }

    /// A comment begins with a `#` behind a blank, or where the value would.
    private static func bare(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var isBehindBlank = true
        for index in text.indices {
            if text[index] == TextFile.hash && isBehindBlank {
                return TextFile.trimmed(text[..<index])
            }
            isBehindBlank = TextFile.isBlank(text[index])
        }
        return text
    }
}

/// Files are equal that make one environment, whatever else stands in them.
extension EnvironmentFile: Equatable {
    public static func == (one: EnvironmentFile, other: EnvironmentFile) -> Bool {
        one.variables == other.variables
    }
}

/// A value between quotes, which may go on over lines. Within double ones a backslash takes away
/// the meaning of what follows it, and `\n` is a line feed.
private struct QuotedValue {
    private(set) var value = ByteString()
    /// How many lines it has beyond the first.
    private(set) var furtherLines = 0

    enum Reading {
        case value(QuotedValue)
        /// It begins with a quote that is never closed.
        case unclosed
        /// It begins with no quote, or more than a comment follows behind that which closes it.
        case bare
    }

    static func read(
        _ first: ArraySlice<UInt8>, _ further: ArraySlice<ArraySlice<UInt8>>
    ) -> Reading {
        guard let quote = first.first, [0x22, 0x27].contains(quote) else { return .bare }
        var quoted = QuotedValue()
        if let rest = quoted.take(first.dropFirst(), quote) {
            return isNothing(rest) ? .value(quoted) : .bare
        }
        for line in further {
            quoted.value.bytes.append(Ascii.lineFeed)
            quoted.furtherLines += 1
            guard let rest = quoted.take(line, quote) else { continue }
            return isNothing(rest) ? .value(quoted) : .bare
        }
        return .unclosed
    }

    /// Takes a line's octets up to the quote; what stands behind it, `nil` where it has none.
    private mutating func take(
        _ line: ArraySlice<UInt8>, _ quote: UInt8
    ) -> ArraySlice<UInt8>? {
        var rest = line
        while let byte = rest.popFirst() {
            if byte == quote { return rest }
            if byte == TextFile.backslash, quote == Ascii.quote, let next = rest.popFirst() {
                value.bytes.append(next == UInt8(ascii: "n") ? Ascii.lineFeed : next)
            } else if byte != TextFile.backslash || quote != Ascii.quote {
                value.bytes.append(byte)
            }
        }
        return nil
    }

    private static func isNothing(_ text: ArraySlice<UInt8>) -> Bool {
        let rest = TextFile.trimmed(text)
        return rest.isEmpty || rest.first == TextFile.hash
    }
}
