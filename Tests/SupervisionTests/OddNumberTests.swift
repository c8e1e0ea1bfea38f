import Basics
import Testing

@testable import Supervision

/// Numbers that come over a socket may be any, or none.
@Suite("A figure")
struct OddNumberTests {
    @Test(arguments: [Double.nan, .infinity, -.infinity, -1, 1e300, .greatestFiniteMagnitude])
    func `is shown whatever it is`(value: Double) {
        #expect(!Figures.decimal(value, places: 2).isEmpty)
    }

    @Test
    func `that is none is shown as zero`() {
        #expect(Figures.decimal(.nan, places: 1) == "0.0")
        #expect(Figures.decimal(-3, places: 0) == "0")
        #expect(Figures.text(Nanoseconds(.max)).hasSuffix("min"))
        #expect(Figures.size(kibibytes: .max).hasSuffix("MiB"))
    }

    @Test
    func `a span of time takes any number`() {
        #expect(Nanoseconds(clamping: .nan) == Nanoseconds(0))
        #expect(Nanoseconds(clamping: -1) == Nanoseconds(0))
        #expect(Nanoseconds(clamping: .infinity) == Nanoseconds(.max))
        #expect(Nanoseconds(clamping: 1.9) == Nanoseconds(1))
    }

    @Test func `of many names the first are named and the others counted`() {
        #expect(Figures.names(["a", "b"]) == "a, b")
        let many = (1...10).map { "w.\($0)" }
        #expect(Figures.names(many) == "w.1, w.2, w.3, w.4, w.5, w.6, w.7, w.8 and 2 more")
    }
}
