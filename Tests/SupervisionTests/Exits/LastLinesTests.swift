import Basics
import Testing

@testable import Supervision

@Suite struct LastLinesTests {
    @Test func `the last five are kept, of however many`() {
        for count in [0, 1, 4, 5, 6, 100, 5000] {
            var lines = LastLines()
            for number in 0..<count { lines.remember("line \(number)".utf8.span) }
            let texts = lines.texts()
            #expect(texts == (max(0, count - 5)..<count).map { "line \($0)" })
        }
    }

    @Test func `a long one is cut, and an empty one is one too`() {
        var lines = LastLines()
        for _ in 0..<200 { lines.remember(String(repeating: "x", count: 70_000).utf8.span) }
        lines.remember("".utf8.span)
        let texts = lines.texts()
        #expect(texts.count == 5 && texts[4].isEmpty && texts[3].utf8.count == LastLines.length)
        lines.removeAll()
        let rest = lines.texts()
        #expect(rest.isEmpty)
    }
}
