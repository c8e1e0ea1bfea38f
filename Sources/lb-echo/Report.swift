import Basics

/// What /headers and /anything say of a request, as JSON.
struct Report {
    /// More of a body is counted and not shown.
    static let bodyLimit = 65536

    private var text: String
    private var body: [UInt8] = []
    private var length = 0
    private let showsBody: Bool

    /// A report on the head that lies in `head`, from its request line to the empty line.
    init(head: Span<UInt8>, path: Range<Int>, name: String, showsBody: Bool) {
        self.showsBody = showsBody
        var lines = Self.lines(head)
        let request = lines.removeFirst().split(separator: " ").map { String($0) }
        text = "{\n"
        if showsBody {
            text += "  \"method\": \(JSONText.literal(request.first ?? "")),\n"
            text += "  \"path\": \(JSONText.literal(Self.string(head, path))),\n"
            text += "  \"version\": \(JSONText.literal(request.last ?? "")),\n"
            text += "  \"backend\": \(JSONText.literal(name)),\n"
        }
        text += "  \"headers\": {" + Self.fields(lines) + "\n  }"
    }

    /// Takes in a piece of the body.
    mutating func take(_ queue: borrowing ByteQueue, _ range: Range<Int>) {
        length += range.count
        for index in range.prefix(Self.bodyLimit - body.count) {
            body.append(queue.bytes[index])
        }
    }

    /// The whole report, once the body is over.
    var finished: String {
        if !showsBody { return text + "\n}\n" }
        var result = text + ",\n  \"body_length\": \(length)"
        if body.count < length { result += ",\n  \"body_truncated\": true" }
        let shown = String(decoding: body, as: UTF8.self)
        return result + ",\n  \"body\": \(JSONText.literal(shown))\n}\n"
    }

    /// The field lines as members of an object; those of one name are joined (RFC 9110 §5.3).
    private static func fields(_ lines: [String]) -> String {
        var members: [(name: String, value: String)] = []
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = String(line[..<colon])
            let value = trimmed(line[line.index(after: colon)...])
            let known = members.firstIndex { $0.name.lowercased() == name.lowercased() }
            if let known {
                members[known].value += ", " + value
            } else {
                members.append((name, value))
            }
        }
        return members.map { "\n    \(JSONText.literal($0.name)): \(JSONText.literal($0.value))" }
            .joined(separator: ",")
    }

    private static func trimmed(_ text: Substring) -> String {
        var rest = text
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return String(rest)
    }

    /// The lines of a head that is known to be right. Its bytes may be anything above 0x7F.
    private static func lines(_ head: Span<UInt8>) -> [String] {
        var lines: [String] = []
        var start = 0
        for index in head.indices where head[index] == Ascii.lineFeed {
            let line = string(head, start..<max(start, index - 1))
            if !line.isEmpty { lines.append(line) }
            start = index + 1
        }
        return lines
    }

    private static func string(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        Utf8.string(bytes.extracting(range))
    }
}
