import Testing

@testable import Planning

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
}
