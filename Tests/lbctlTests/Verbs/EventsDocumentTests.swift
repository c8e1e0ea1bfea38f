import Basics
import Kernel
import Logs
import Testing

/// The README tells of every kind of event and of every fact.
@Suite struct EventsDocumentTests {
    private func section() throws -> String {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let text = try Files.text("/\(root)/README.md")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let begin = try #require(lines.firstIndex(of: "## Events"))
        let rest = lines[(begin + 1)...]
        let end = rest.firstIndex { $0.hasPrefix("## ") } ?? rest.endIndex
        return rest[..<end].joined(separator: "\n")
    }

    @Test func `each kind has its row, as the help has it`() throws {
        let section = try section()
        for kind in EventKind.allCases {
            #expect(section.contains("| `\(kind.rawValue)` | \(kind.meaning) |"), "\(kind)")
        }
    }

    @Test func `each fact is in the table`() throws {
        let section = try section()
        let keys =
            EventText.allCases.map(\.rawValue) + EventNumber.allCases.map(\.rawValue)
            + EventFlag.allCases.map(\.rawValue) + EventList.allCases.map(\.rawValue)
        for key in keys { #expect(section.contains("`\(key)`"), "\(key)") }
    }
}
