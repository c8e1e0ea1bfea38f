import TestSupport
import Testing

@testable import Basics

@Suite struct FiguresTests {
    @Test(
        arguments: [
            (0, "0.00 ms"), (4_999, "0.00 ms"), (5_000, "0.01 ms"), (310_000, "0.31 ms"),
            (4_194_999, "4.19 ms"), (9_994_999, "9.99 ms"), (9_995_000, "10 ms"),
            (250_400_000, "250 ms"), (999_499_999, "999 ms"), (999_500_000, "1.0 s"),
            (12_345_000_000, "12.3 s"), (59_949_999_999, "59.9 s"), (59_950_000_000, "1 min 0 s"),
            (60_000_000_000, "1 min 0 s"), (200_900_000_000, "3 min 20 s"),
            (3_599_999_999_999, "59 min 59 s"), (7_500_000_000_000, "2 h 5 min"),
            (442_800_000_000_000, "123 h 0 min"), (UInt64.max, "5124095 h 34 min"),
        ] as [(UInt64, String)])
    func `a sentence tells a span in words`(nanoseconds: UInt64, expected: String) {
        #expect(Figures.text(Nanoseconds(nanoseconds)) == expected)
    }

    @Test(
        arguments: [
            (0, "0 ms"), (1, "0.01 ms"), (310_000, "0.31 ms"), (994_999, "0.99 ms"),
            (995_000, "1.0 ms"), (4_249_999, "4.2 ms"), (9_949_999, "9.9 ms"), (9_950_000, "10 ms"),
            (250_400_000, "250 ms"), (999_499_999, "999 ms"), (999_500_000, "1.0 s"),
            (12_400_000_000, "12.4 s"), (59_949_999_999, "59.9 s"), (59_950_000_000, "1m 0s"),
            (60_000_000_000, "1m 0s"), (185_900_000_000, "3m 5s"), (3_599_999_999_999, "59m 59s"),
            (7_440_000_000_000, "2h 4m"), (442_800_000_000_000, "5d 3h"),
            (UInt64.max, "213503d 23h"),
        ] as [(UInt64, String)])
    func `a column tells a span in two or three digits`(nanoseconds: UInt64, expected: String) {
        #expect(Figures.text(Nanoseconds(nanoseconds), .column) == expected)
    }

    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (9_542_042, "9.1 MiB"),
            (102_348, "99.9 KiB"), (102_349, "100 KiB"), (268_435_456, "256 MiB"),
            (1_048_063, "1023 KiB"), (1_048_064, "1.0 MiB"), (1 << 40, "1.0 TiB"),
            (UInt64.max, "15 EiB"),
        ] as [(UInt64, String)])
    func `a size is told in binary units`(count: UInt64, expected: String) {
        #expect(Figures.size(count) == expected)
    }

    @Test func `a size in KiB is the same size, and never too large to be told`() {
        #expect(Figures.size(kibibytes: 2048) == "2.0 MiB")
        #expect(Figures.size(kibibytes: 512) == "512 KiB")
        #expect(Figures.size(kibibytes: .max) == "15 EiB")
    }

    @Test(
        arguments: [
            (0, 0, "0"), (1.5, 0, "2"), (1.25, 1, "1.3"), (0.312, 3, "0.312"), (12, 3, "12.000"),
            (0.005, 2, "0.01"), (7, 6, "7.000000"), (-3, 0, "0"), (-3, 1, "0.0"),
        ] as [(Double, Int, String)])
    func `a number has the places that were asked for`(
        value: Double, places: Int, expected: String
    ) {
        #expect(Figures.decimal(value, places: places) == expected)
    }

    /// Numbers that come over a socket may be any, or none.
    @Test(arguments: [Double.nan, .infinity, -.infinity, -1, 1e300, .greatestFiniteMagnitude])
    func `whatever a number is, it can be told`(value: Double) {
        for places in 0...6 { #expect(!Figures.decimal(value, places: places).isEmpty) }
    }

    @Test func `no number is told as zero`() { #expect(Figures.decimal(.nan, places: 1) == "0.0") }

    @Test(
        arguments: [
            (0, "request", "0 requests"), (1, "request", "1 request"), (2, "request", "2 requests"),
            (1, "process", "1 process"), (2, "process", "2 processes"),
        ])
    func `a count has its noun in the right number`(count: Int, noun: String, expected: String) {
        #expect(Figures.count(count, noun) == expected)
        #expect(Figures.count(UInt64(count), noun) == expected)
    }

    @Test func `of many names the first are named and the others counted`() {
        #expect(Figures.names([]) == "")
        #expect(Figures.names(["a", "b"]) == "a, b")
        let many = (1...10).map { "w.\($0)" }
        #expect(Figures.names(many) == "w.1, w.2, w.3, w.4, w.5, w.6, w.7, w.8 and 2 more")
        #expect(Figures.names(many, most: 1) == "w.1 and 9 more")
        #expect(Figures.names(many, most: 10).hasSuffix("w.9, w.10"))
    }

    @Test func `a process is told with what of its port and pid there is`() {
        #expect(Figures.process("web.1", port: 3001, pid: 42) == "web.1 (port 3001, pid 42)")
        #expect(Figures.process("job", port: 0, pid: 42) == "job (pid 42)")
        #expect(Figures.process("web.1", port: 3001, pid: 0) == "web.1 (port 3001)")
        #expect(Figures.process("job", port: 0, pid: 0) == "job")
    }
}
