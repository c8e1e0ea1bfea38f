import Basics
import Testing

@Suite struct ShareTests {
    @Test(
        arguments: [
            ("0", 0), ("10", 100_000), ("10%", 100_000), ("100", 1_000_000), ("0.5%", 5_000),
            ("1", 10_000), ("33.3333%", 333_333), ("2.5", 25_000), ("0%", 0),
        ] as [(String, UInt32)])
    func `a percentage is understood`(text: String, millionths: UInt32) {
        #expect(Share(percentage: text)?.millionths == millionths)
    }

    @Test(arguments: [
        "", "%", "-1", "+1", "101", "100.1%", "x", "1e1", "nan", "inf", "1 %", "1..2",
    ])
    func `what is no percentage is not`(text: String) {
        #expect(Share(percentage: text) == nil)
    }

    @Test func `a number below 1 without a sign might mean either, and is none`() {
        #expect(Share(percentage: "0.1") == nil)
        #expect(Share(percentage: "0.1%")?.millionths == 1_000)
        #expect(Share(fraction: "0.1")?.millionths == 100_000)
        #expect(Share(fraction: "0.1%")?.millionths == 1_000)
        #expect(Share(fraction: "1") == .whole && Share(fraction: "1.1") == nil)
    }

    @Test func `it is said as it is read`() {
        for text in ["0%", "10%", "0.5%", "100%", "33.3333%", "12.34%"] {
            #expect(Share(percentage: text)?.description == text)
        }
        #expect(Share(millionths: 1_000_001) == nil && Share(millionths: 1_000_000) == .whole)
    }
}
