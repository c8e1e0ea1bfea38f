import Basics
import Control

/// A file that people write, as lines of octets. A line ends at LF or CRLF and nowhere else, blanks
/// are spaces and tabs alone, and a byte order mark of UTF-8 says nothing.
enum TextFile {
    static let backslash = UInt8(ascii: "\\")
    static let hash = UInt8(ascii: "#")
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The lines of a file, without what ends them.
    static func lines(_ text: ByteString) -> [ArraySlice<UInt8>] {
        let begin = text.bytes.starts(with: mark) ? mark.count : 0
        let lines = text.bytes[begin...].split(
            separator: Ascii.lineFeed, omittingEmptySubsequences: false)
        return lines.enumerated().map { index, line in
            // What stands behind the last LF is ended by nothing.
            index + 1 < lines.count && line.last == Ascii.carriageReturn ? line.dropLast() : line
        }
    }

    /// Fails where it is text of another kind, of which every second octet would be a zero.
    static func refuseWide(_ text: ByteString, _ path: String) throws(Refusal) {
        if ![[0xFF, 0xFE], [0xFE, 0xFF]].contains(Array(text.bytes.prefix(2))) { return }
        throw Refusal(
            what: "\(path) can't be used", why: "it is written in UTF-16",
            advice: "save it as UTF-8")
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == Ascii.space || byte == Ascii.tab }

    /// The octets without the blanks around them.
    static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        withoutLastBlanks(text.drop(while: isBlank))
    }

    /// The octets without the blanks behind them.
    static func withoutLastBlanks(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = text
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }

    /// Whether a line ends in a backslash that no other takes the meaning from.
    static func goesOn(_ line: ArraySlice<UInt8>) -> Bool {
        line.reversed().prefix { $0 == backslash }.count % 2 == 1
    }
}
