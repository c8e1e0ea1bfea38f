import Testing

@testable import Terminal

@Suite struct TableTests {
    private func example() -> Table {
        var table = Table([.init("NAME"), .init("PORT", .right), .init("STATE"), .init("NOTE")])
        table.add(["backend.1", "3001", "ready", ""])
        table.add(["web", "80", Table.Cell("stopped", .red), "killed by SIGKILL after 12.4 s"])
        return table
    }

    @Test func `columns stand below their titles with two blanks between and none at the end`() {
        #expect(
            example().text() == """
                NAME       PORT  STATE    NOTE
                backend.1  3001  ready
                web          80  stopped  killed by SIGKILL after 12.4 s

                """)
    }

    @Test func `a narrow terminal cuts the widest text column alone`() {
        #expect(
            example().text(width: 40) == """
                NAME       PORT  STATE    NOTE
                backend.1  3001  ready
                web          80  stopped  killed by SIG\u{2026}

                """)
    }

    @Test(arguments: 0..<80)
    func `no line is wider than was asked, as long as columns can be cut`(width: Int) {
        let lines = example().text(width: width).split(separator: "\n")
        for line in lines { #expect(Columns.width(of: String(line)) <= max(width, 35)) }
        for line in lines { #expect(line.last != " ") }
    }

    @Test func `colours change nothing but the colours`() {
        let coloured = example().text(style: Style(isColoured: true))
        #expect(coloured.contains("\u{1B}[31mstopped\u{1B}[0m"))
        var plain = coloured
        for sgr in ["\u{1B}[31m", "\u{1B}[1m", "\u{1B}[0m"] {
            plain = plain.split(separator: sgr, omittingEmptySubsequences: false).joined()
        }
        #expect(plain == example().text())
    }

    @Test func `wide and combining characters keep the columns straight`() {
        var table = Table([.init("A"), .init("B")])
        table.add(["\u{65E5}\u{672C}", "x"])
        table.add(["e\u{301}", "x"])
        #expect(table.text() == "A     B\n\u{65E5}\u{672C}  x\ne\u{301}     x\n")
    }

    @Test func `a cell can't break its line`() {
        var table = Table([.init("A")])
        table.add(["a\nb\u{1B}[2J\u{9B}"])
        #expect(table.text() == "A\na?b?[2J?\n")
    }

    @Test(arguments: [
        ("", 0), ("abc", 3), ("\u{E4}", 1), ("\u{1F600}", 2), ("\u{1F468}\u{200D}\u{1F469}", 2),
        ("\u{2764}\u{FE0F}", 2), ("\u{200B}", 0), ("\u{D55C}", 2), ("\u{2026}", 1), ("\u{2588}", 1),
    ])
    func `a text is as wide as a terminal shows it`(text: String, width: Int) {
        #expect(Columns.width(of: text) == width)
    }

    @Test func `a cut text is never wider than was asked`() {
        let text = "ab\u{65E5}\u{672C}e\u{301}cd"
        for width in 0..<12 { #expect(Columns.width(of: Columns.fit(text, to: width)) <= width) }
        #expect(Columns.fit(text, to: 4) == "ab\u{2026}")
        #expect(Columns.fit(text, to: 5) == "ab\u{65E5}\u{2026}")
        #expect(Columns.fit(text, to: 9) == text)
    }
}
