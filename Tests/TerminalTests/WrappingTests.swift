import Basics
import TestSupport
import Testing

@testable import Terminal

/// Lines that are wider than the terminal.
@Suite struct WrappingTests {
    /// The rows of a line that has a head of so many columns.
    private func rows(_ line: String, head: String = "12:00 web | ", columns: Int = 40) -> [String]
    {
        let style = Style(isColoured: false)
        guard let wrapping = Wrapping(columns: columns, indent: head.utf8.count, style: style)
        else {
            return ["too narrow"]
        }
        var queue = ByteQueue(capacity: 256)
        wrapping.append(Array((head + line).utf8).span, head: head.utf8.count, to: &queue)
        return TestSupport.text(queue).split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0) }
    }

    @Test func `words stay whole and go on below the text`() {
        #expect(
            rows("one two three four five six seven eight nine ten") == [
                "12:00 web | one two three four five six",
                "          | seven eight nine ten",
            ])
    }

    @Test func `a line that fits to the last column is one row`() {
        let text = String(repeating: "x", count: 28)
        #expect(rows(text) == ["12:00 web | " + text])
        #expect(rows(text + "y") == ["12:00 web | " + text, "          | y"])
        // The blank between them is where the row ends.
        #expect(rows(text + " y") == ["12:00 web | " + text, "          | y"])
    }

    @Test func `a word without room is cut, and nothing of it is lost`() {
        let word = String(repeating: "0123456789", count: 10)
        let rows = rows("an " + word)
        #expect(rows[0] == "12:00 web | an")
        #expect(rows.dropFirst().map { $0.dropFirst(12) }.joined() == word)
        #expect(rows.allSatisfy { Columns.width(of: $0) <= 40 })
    }

    @Test func `no row of any text is wider than the terminal, and all of it is there`() {
        let pieces = [
            "a", "word", "\u{65E5}\u{672C}", "e\u{301}", "\u{1F600}", "caf\u{E9}", " ", "  ",
        ]
        var seed: UInt64 = 7
        for _ in 0..<300 {
            var text = ""
            for _ in 0..<40 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(seed >> 33) % pieces.count]
            }
            let rows = rows(text)
            #expect(rows.allSatisfy { Columns.width(of: $0) <= 40 }, "\(rows)")
            let shown = rows.map { $0.dropFirst(12) }.joined().filter { $0 != " " }
            #expect(shown == text.filter { $0 != " " })
        }
    }

    @Test func `wide characters take two columns, and none is cut in two`() {
        let text = String(repeating: "\u{65E5}", count: 20)
        #expect(rows(text).map { $0.dropFirst(12).count } == [14, 6])
        #expect(rows("x" + text).map { $0.dropFirst(12).count } == [14, 7])
    }

    @Test func `colours go on in the next row, and not in what stands before it`() {
        let red = "\u{1B}[31m"
        let off = "\u{1B}[0m"
        let rows = rows("\(red)one two three four five six seven eight\(off) nine ten")
        #expect(
            rows == [
                "12:00 web | \(red)one two three four five six\(off)",
                "          | \(red)seven eight\(off) nine ten",
            ])
    }

    @Test func `tabs take columns too, and indented text goes on without its indentation`() {
        let rows = rows("\tone\ttwo\tthree\tfour")
        #expect(rows == ["12:00 web | \tone\ttwo\tthree", "          | four"])
        let long = String(repeating: "x", count: 60)
        #expect(
            self.rows("    " + long)[0] == "12:00 web |     " + String(repeating: "x", count: 24))
    }

    @Test func `a narrow terminal is left alone`() {
        #expect(rows("text", columns: 39) == ["too narrow"])
        #expect(rows("text", head: String(repeating: "n", count: 25)) == ["too narrow"])
    }

    @Test func `whether a line fits is seen from its length`() throws {
        let style = Style(isColoured: false)
        let wrapping = try #require(Wrapping(columns: 40, indent: 10, style: style))
        let text = Array(String(repeating: "x", count: 44).utf8)
        let isShort = wrapping.fits(text.span, hidden: 4)
        let isLong = !wrapping.fits(text.span, hidden: 3)
        let tab = [Ascii.tab]
        let isSure = wrapping.fits(tab.span, hidden: 0)
        #expect(isShort && isLong && !isSure)
    }
}
