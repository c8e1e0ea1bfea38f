import Control

/// A file that names commands, one `name: command` a line.
public struct Procfile: Equatable, Sendable {
    public struct Line: Equatable, Sendable {
        /// The process type, as `web`.
        public var type: String
        public var command: String

        public init(type: String, command: String) {
            self.type = type
            self.command = command
        }
    }

    public var lines: [Line] = []
    /// The numbers, from 1, of the lines that say nothing that is understood. Foreman skips them.
    public var skipped: [Int] = []

    /// What runs where there is no file.
    public static let builtIn = Procfile(lines: [
        Line(type: "balancer", command: "lb-balancer"),
        Line(type: "backend", command: "lb-echo --port $PORT"),
    ])

    public init(lines: [Line]) { self.lines = lines }

    /// Reads a file's text; fails where a name comes twice.
    public init(_ text: String) throws(Refusal) {
        for (index, raw) in text.split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline
        ).enumerated() {
            let line = raw.trimmingBlanks()
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let colon = line.firstIndex(of: ":"), Self.isName(line[..<colon]) else {
                skipped.append(index + 1)
                continue
            }
            let type = String(line[..<colon])
            let command = line[line.index(after: colon)...].trimmingBlanks()
            if command.isEmpty {
                skipped.append(index + 1)
                continue
            }
            if lines.contains(where: { $0.type == type }) {
                throw Refusal(
                    what: "the Procfile can't be used",
                    why: "line \(index + 1) names '\(type)' a second time")
            }
            lines.append(Line(type: type, command: command))
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
                default: false
                }
            }
    }

    /// Reads the `NAME=value` lines of a `.env` file; quotes around a value go.
    public static func environment(_ text: String) -> [(name: String, value: String)] {
        var list: [(name: String, value: String)] = []
        for raw in text.split(whereSeparator: \.isNewline) {
            var line = raw.trimmingBlanks()
            if line.hasPrefix("export ") { line = line.dropFirst(7).trimmingBlanks() }
            guard !line.hasPrefix("#"), let sign = line.firstIndex(of: "="), isName(line[..<sign])
            else { continue }
            var value = line[line.index(after: sign)...].trimmingBlanks()
            for quote in ["\"", "'"] where value.count >= 2 {
                if value.hasPrefix(quote) && value.hasSuffix(quote) {
                    value = String(value.dropFirst().dropLast())
                    break
                }
            }
            list.append((String(line[..<sign]), value))
        }
        return list
    }
}

extension StringProtocol {
    /// The text without the blanks around it.
    func trimmingBlanks() -> String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }
}
