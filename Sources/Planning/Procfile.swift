import Basics
import Control

/// A file that names commands, one `name: command` a line. A line that ends in a backslash goes on
/// in the next one, as in a shell.
public struct Procfile: Equatable, Sendable {
    public struct Line: Equatable, Sendable {
        /// The process type, as `web`.
        public var type: String
        public var command: ByteString
        /// Where it stands, as `Procfile:3`; empty for one that stands in no file.
        public var place: String

        public init(type: String, command: ByteString, place: String = "") {
            self.type = type
            self.command = command
            self.place = place
        }

        /// What is said where the line can't be used.
        var fault: String { (place.isEmpty ? "'\(type)'" : place) + " can't be used" }
    }

    public var lines: [Line] = []
    /// The file's name, as it was given, for people.
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
    public init(_ text: some OctetText, path: String = "Procfile") throws(Refusal) {
        let text = text.octets
        self.path = path
        try TextFile.refuseWide(text, path)
        let rows = TextFile.lines(text)
        var next = 0
        while next < rows.count {
            let number = next + 1
            var line = TextFile.trimmed(rows[next])
            next += 1
            if line.isEmpty || line.first == TextFile.hash { continue }
            while TextFile.goesOn(line), next < rows.count {
                line.removeLast()
                line += TextFile.withoutLastBlanks(rows[next])
                next += 1
            }
            guard let found = Self.split(line) else {
                skipped += number...next
                continue
            }
            try add(Line(type: found.type, command: found.command, place: "\(path):\(number)"))
        }
    }

    /// The two halves of a line; `nil` where it is no 'type: command'. No word of a command can
    /// hold a zero (execve(2)).
    private static func split(
        _ line: ArraySlice<UInt8>
    ) -> (type: String, command: ByteString)? {
        guard let colon = line.firstIndex(of: Ascii.colon), isName(line[..<colon]),
            !line.contains(0)
        else { return nil }
        let command = TextFile.trimmed(line[(colon + 1)...])
        if command.isEmpty { return nil }
        return (String(decoding: line[..<colon], as: UTF8.self), ByteString(command))
    }

    private mutating func add(_ line: Line) throws(Refusal) {
        if Self.isReserved(line.type) {
            throw Refusal(
                what: line.fault,
                why: "'\(line.type)' can't be the name of a type: it means something else to lbctl",
                advice: "give it another name")
        }
        if lines.contains(where: { $0.type == line.type }) {
            throw Refusal(
                what: line.fault, why: "it names '\(line.type)' a second time",
                advice: "for several copies of one line see --backends and --formation")
        }
        lines.append(line)
    }

    /// What stands for all types, for lbctl itself, or for the child that has that port.
    private static func isReserved(_ type: String) -> Bool {
        type == "all" || type == "lbctl"
            || type.utf8.allSatisfy { (Ascii.zero...Ascii.nine).contains($0) }
    }

    static func isName(_ name: ArraySlice<UInt8>) -> Bool {
        !name.isEmpty
            && name.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
                default: false
                }
            }
    }
}
