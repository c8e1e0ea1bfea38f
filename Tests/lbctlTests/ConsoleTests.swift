import Testing

@testable import lbctl

@Suite struct ConsoleTests {
    @Test func `others' words can't reach the terminal as commands, colours and lines may`() {
        #expect(Console.safe("a\u{1B}[2Jb\u{7}\u{1B}]0;x\u{7}") == "a^[[2Jb^G^[]0;x^G")
        #expect(Console.safe("one\n  two\tx é") == "one\n  two\tx é")
        #expect(Console.safe("\u{1B}[31mred\u{1B}[0m").hasPrefix("\u{1B}[31mred\u{1B}[0m"))
    }
}
