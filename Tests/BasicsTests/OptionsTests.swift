import Basics
import Testing

@Suite struct OptionsTests {
    enum Colour: String, CaseIterable { case red, green }

    static let allowed = [
        Option("time", short: "t", value: "SECONDS", help: ""), Option("force", help: ""),
        Option("backend", value: "ADDR", help: ""), Option("colour", value: "WORD", help: ""),
    ]

    private func parse(_ words: String...) throws(UsageError) -> ParsedOptions {
        try ParsedOptions(words, allowed: Self.allowed)
    }

    private func complaint(_ words: String...) -> UsageError? {
        do throws(UsageError) {
            _ = try ParsedOptions(words, allowed: Self.allowed)
            return nil
        } catch { return error }
    }

    @Test func `a value follows behind a blank or an equals sign`() throws {
        #expect(try parse("--time", "5").value("time") == "5")
        #expect(try parse("--time=5").value("time") == "5")
        #expect(try parse("-t", "5").value("time") == "5")
        #expect(try parse("--time=a=b").value("time") == "a=b")
        #expect(try parse("--time=").value("time") == "")
        #expect(try parse("--time", "--force").value("time") == "--force")
    }

    @Test func `options and operands may be mixed until two dashes`() throws {
        let parsed = try parse("one", "--force", "-", "--", "--time", "-x")
        #expect(parsed.has("force") && !parsed.has("time"))
        #expect(parsed.operands == ["one", "-", "--time", "-x"])
    }

    @Test func `the last of several counts, and all can be had`() throws {
        let parsed = try parse("--backend", "a", "--backend=b")
        #expect(parsed.value("backend") == "b")
        #expect(parsed.values("backend") == ["a", "b"])
    }

    @Test func `what is wrong is told, with a hint where there is one`() {
        #expect(
            complaint("--tiem")
                == UsageError("unknown option '--tiem'", hint: "did you mean '--time'?"))
        #expect(complaint("--xyzzy") == UsageError("unknown option '--xyzzy'"))
        #expect(complaint("--time")?.message == "--time needs a value (SECONDS)")
        #expect(complaint("--force=1")?.message == "--force takes no value")
        #expect(complaint("-q")?.message == "unknown option '-q'")
    }

    @Test func `a number is whole and in its range`() throws {
        #expect(try parse("--time", "5").number("time", in: 0...5) == 5)
        #expect(try parse().number("time", in: 0...5) == nil)
        for text in ["6", "-1", "+1", "x", "", "1.5", "99999999999999999999"] {
            #expect(throws: UsageError.self) {
                try parse("--time=\(text)").number("time", in: 0...5)
            }
        }
    }

    @Test func `the help tells the default where its line has a place for it`() {
        let option = Option("time", value: "TIME", help: "for all ({}); or none", standard: "5s")
        #expect(option.help == "for all (5s); or none")
        #expect(Option("time", help: "for all ({})").help == "for all ({})")
    }

    @Test func `of a value's name the words in small letters can be typed`() {
        let named = Option("x", value: "off|http:/PATH|SIZE/s|N", help: "")
        #expect(named.candidates == ["off", "http:/"])
        #expect(Option("x", value: "off", help: "").candidates == [])
        #expect(Option("x", value: "WORD", help: "", words: ["a", "b"]).candidates == ["a", "b"])
    }

    @Test func `a choice is one of the words`() throws {
        #expect(try parse("--colour", "red").choice("colour") == Colour.red)
        let blue = try parse("--colour", "blue")
        #expect(throws: UsageError("--colour can't be 'blue'", hint: "it is one of red, green")) {
            let _: Colour? = try blue.choice("colour")
        }
    }
}

@Suite struct QuantityTests {
    @Test(
        arguments: [
            ("250ms", 250_000_000), ("1.5s", 1_500_000_000), ("10s", 10_000_000_000), ("7us", 7000),
            ("5m", 300_000_000_000), ("1h", 3_600_000_000_000), ("2", 2_000_000_000), ("0", 0),
        ] as [(String, UInt64)])
    func `a time is read`(text: String, nanoseconds: UInt64) {
        #expect(Quantity.duration(text) == Nanoseconds(nanoseconds))
    }

    @Test(
        arguments: [
            ("512", 512), ("16KiB", 16384), ("64K", 65536), ("256MiB", 268_435_456), ("3B", 3),
            ("1GiB", 1_073_741_824), ("1.5K", 1536),
        ] as [(String, UInt64)])
    func `a size is read`(text: String, bytes: UInt64) {
        #expect(Quantity.size(text) == bytes)
    }

    @Test(arguments: ["250ms", "1s", "60s", "90s", "1h", "24h", "0ms"])
    func `a time is spelled as it is read`(text: String) throws {
        let time = try #require(Quantity.duration(text))
        #expect(Quantity.spelled(time) == text)
    }

    @Test(arguments: ["1B", "1000B", "16KiB", "1536KiB", "2GiB", "4096GiB", "0B"])
    func `a size is spelled as it is read`(text: String) throws {
        let size = try #require(Quantity.size(text))
        #expect(Quantity.spelled(size: size) == text)
    }

    @Test(arguments: [
        "", "s", "ms", "-1s", "+1", "1e3", "nan", "inf", "1 s", "1.2.3", ".", "99999999999h", "0x1",
    ])
    func `what is no quantity is none`(text: String) {
        #expect(Quantity.duration(text) == nil)
        #expect(Quantity.size(text) == nil)
    }
}

@Suite struct SpellingCorrectionTests {
    let verbs = ["up", "down", "ps", "logs", "kill", "restart", "status", "stop", "--backends"]

    @Test(arguments: [
        ("kil", "kill"), ("klil", "kill"), ("restrat", "restart"), ("statsu", "status"),
        ("dwon", "down"),
        ("log", "logs"), ("upp", "up"), ("sp", "ps"), ("--bakends", "--backends"),
    ])
    func `a slip of the finger finds its word`(typed: String, meant: String) {
        #expect(SpellingCorrection.nearest(to: typed, in: verbs) == meant)
    }

    @Test(arguments: ["frobnicate", "xxxx", "", "drill", "top", "bench", "bans", "--bench"])
    func `what is like nothing finds nothing`(typed: String) {
        #expect(SpellingCorrection.nearest(to: typed, in: verbs) == nil)
    }
}
