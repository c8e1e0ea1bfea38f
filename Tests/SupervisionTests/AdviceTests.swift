import Testing

@testable import Supervision

@Suite struct AdviceTests {
    @Test func `a line is called as the program can be, and names what would not be meant`() {
        func line(_ implied: String?, _ own: String = "lbctl") -> String {
            Advice.line("down", for: "app", implied: implied, own: own)
        }
        #expect(line("app") == "'lbctl down'")
        #expect(line("shop") == "'lbctl down --name app'")
        #expect(line(nil, "/opt/x/lbctl") == "'/opt/x/lbctl down --name app'")
        // It could not be copied out of further quotes.
        #expect(line("app", "'/my tools/lbctl'") == "'/my tools/lbctl' down")
    }

    @Test func `of many names the first are named and the others counted`() {
        #expect(Figures.names(["a", "b"]) == "a, b")
        let many = (1...10).map { "w.\($0)" }
        #expect(Figures.names(many) == "w.1, w.2, w.3, w.4, w.5, w.6, w.7, w.8 and 2 more")
    }
}
