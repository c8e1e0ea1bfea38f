import Basics
import Testing

@Suite struct TimeTests {
    @Test func `the end of time is not passed`() {
        #expect(Instant.never + .seconds(1) == .never)
        #expect(Instant(nanoseconds: .max - 1) + Nanoseconds(5) == .never)
    }

    @Test func `no time has passed since what is yet to come`() {
        let now = Instant(nanoseconds: 10)
        #expect(now.since(Instant(nanoseconds: 11)) == Nanoseconds(0))
        #expect(now.since(Instant(nanoseconds: 4)) == Nanoseconds(6))
    }

    @Test func `units are what they are called`() {
        #expect(Nanoseconds.minutes(1) == .seconds(60))
        #expect(Nanoseconds.seconds(1) == .milliseconds(1000))
        #expect(Nanoseconds.milliseconds(1) == .microseconds(1000))
        #expect(Nanoseconds.milliseconds(1500).seconds == 1.5)
    }

    @Test func `a span is taken from any number`() {
        #expect(Nanoseconds(clamping: .nan) == Nanoseconds(0))
        #expect(Nanoseconds(clamping: -1) == Nanoseconds(0))
        #expect(Nanoseconds(clamping: .infinity) == Nanoseconds(.max))
        #expect(Nanoseconds(clamping: 1.9) == Nanoseconds(1))
    }

    @Test func `a clock that was set back has let no time pass`() {
        let now = WallTime(nanoseconds: 10)
        #expect(now.since(WallTime(nanoseconds: 11)) == Nanoseconds(0))
        #expect(now.since(WallTime(nanoseconds: 4)) == Nanoseconds(6))
    }
}

@Suite struct InvariantTests {
    @Test func `a broken invariant says its sentence`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent])
        {
            invariant(1 + 1 == 3, "arithmetic has changed")
        }
        let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(said.contains("invariant broken: arithmetic has changed"))
    }

    @Test func `one that holds says nothing`() {
        invariant(true, "never said")
    }
}

@Suite struct AsciiTests {
    @Test func `only letters have a lower case`() {
        for byte in UInt8.min...UInt8.max {
            let letter = byte >= 0x41 && byte <= 0x5A
            #expect(Ascii.lowered(byte) == (letter ? byte + 32 : byte))
        }
    }

    @Test func `case is ignored and nothing else`() {
        let bytes = Array("xKeep-ALIVEy".utf8)
        #expect(Ascii.equal(bytes.span, 1..<11, ignoringCase: "keep-alive") == true)
        #expect(Ascii.equal(bytes.span, 1..<10, ignoringCase: "keep-alive") == false)
        #expect(Ascii.equal(bytes.span, 0..<10, ignoringCase: "keep-alive") == false)
    }
}
