import Control

/// A file that names commands, one `name: command` a line.
public struct Procfile: Equatable, Sendable {
    public struct Line: Equatable, Sendable {
        /// The process type, as `web`.
        public var type: String
        public var command: String
        /// Where it stands, as `Procfile:3`; empty for one that stands in no file.
        public var place: String

        public init(type: String, command: String, place: String = "") {
            self.type = type
            self.command = command
            self.place = place
        }

        /// What is said where the line can't be used.
        var fault: String { (place.isEmpty ? "'\(type)'" : place) + " can't be used" }
    }

    public var lines: [Line] = []
    /// The file's name, as it was given.
    public var path = "Procfile"
    /// The numbers, from 1, of the lines that say nothing that is understood. Foreman skips them.
    public var skipped: [Int] = []

    /// What runs where there is no file.
    public static let builtIn = Procfile(lines: [
        Line(type: "balancer", command: "lb-balancer"),
        Line(type: "backend", command: "lb-echo --port $PORT"),
    ])

    public init(lines: [Line]) { self.lines = lines }

    /// Reads a file's text; fails where a name comes twice.
    public init(_ text: String, path: String = "Procfile") throws(Refusal) {
        self.path = path
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
            if Self.isReserved(type) {
                throw Refusal(
                    what: "\(path):\(index + 1) can't be used",
                    why: "'\(type)' can't be the name of a type: it means something else to lbctl",
                    advice: "give it another name")
            }
            if lines.contains(where: { $0.type == type }) {
                throw Refusal(
                    what: "\(path):\(index + 1) can't be used",
                    why: "it names '\(type)' a second time",
                    advice: "for several copies of one line see --backends and --formation")
            }
            lines.append(Line(type: type, command: command, place: "\(path):\(index + 1)"))
        }
    }

    /// What stands for all, for lbctl itself, or for whoever has that port.
    private static func isReserved(_ type: String) -> Bool {
        type == "all" || type == "lbctl" || type.allSatisfy(\.isNumber)
    }

    static func isName(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
                default: false
                }
            }
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
