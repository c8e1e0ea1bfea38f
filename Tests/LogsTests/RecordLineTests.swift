import Basics
import TestSupport
import Testing

@testable import Logs

@Suite struct RecordLineTests {
    private func line(
        _ text: [UInt8], name: String = "backend.2", generation: UInt32 = 0, sequence: UInt64 = 123,
        stream: Logs.Stream = .out, part: Part = .whole, time: WallTime = example
    ) -> [UInt8] {
        var queue = ByteQueue(capacity: 64)
        var writer = RecordLineWriter()
        let name = Array(name.utf8)
        let record = Record(
            stamp: Stamp(sequence: sequence, time: time), name: name.span, generation: generation,
            stream: stream, part: part, text: text.span)
        writer.append(record, to: &queue)
        return array(queue.bytes)
    }

    @Test func `one that spells and reads many makes no difference`() {
        var writer = RecordLineWriter()
        var reader = RecordLineReader()
        var dice = SystemRandomNumberGenerator()
        for sequence in 1...3000 as ClosedRange<UInt64> {
            // Few values, so that often some are those of the record before.
            let name = Array(["web", "web.1", "web.12", "w"].randomElement(using: &dice)!.utf8)
            let generation = UInt32.random(in: 0...2, using: &dice)
            let stream = Logs.Stream.allCases.randomElement(using: &dice)!
            let part = Part.allCases.randomElement(using: &dice)!
            let time = WallTime(
                nanoseconds: example.nanoseconds + UInt64.random(in: 0...2, using: &dice) * 1000)
            let text = [UInt8](repeating: 65, count: Int.random(in: 0...3, using: &dice))
            var queue = ByteQueue(capacity: 64)
            writer.append(
                Record(
                    stamp: Stamp(sequence: sequence, time: time), name: name.span,
                    generation: generation, stream: stream, part: part, text: text.span),
                to: &queue)
            let alone = line(
                text, name: String(decoding: name, as: UTF8.self), generation: generation,
                sequence: sequence, stream: stream, part: part, time: time)
            #expect(array(queue.bytes) == alone)
            let whole = alone.span.extracting(0..<alone.count - 1)
            guard let read = reader.layout(whole)?.record(in: whole) else {
                Issue.record("not read: \(alone)")
                continue
            }
            #expect(read.stamp == Stamp(sequence: sequence, time: time))
            #expect(read.name.equals(name.span) && read.generation == generation)
            #expect(read.stream == stream && read.part == part && read.text.equals(text.span))
            // What is none is not taken for one because the one before was.
            #expect(reader.layout(whole.extracting(0..<40)) == nil)
            #expect(reader.layout(whole) != nil)
        }
    }

    @Test func `a record is spelt as one line that can be read`() {
        let plain = line(Array("listening".utf8))
        #expect(
            String(decoding: plain, as: UTF8.self)
                == "2026-11-20T09:08:58.123456Z 000123 backend.2 out| listening\n")
        let cut = line([65], generation: 4, sequence: 12_345_678, stream: .err, part: .middle)
        #expect(
            String(decoding: cut, as: UTF8.self)
                == "2026-11-20T09:08:58.123456Z 12345678 backend.2#4 +err+| A\n")
    }

    @Test func `what is spelt is read back as it was`() {
        var dice = Dice(1)
        for round in 0..<2000 {
            let text = dice.bytes(Int.random(in: 0..<300, using: &dice)).filter { $0 != 10 }
            let stream = Logs.Stream.allCases[round % Logs.Stream.allCases.count]
            let part = Part.allCases[round / 5 % 4]
            let sequence = dice.next() >> UInt64.random(in: 0..<64, using: &dice)
            let generation = UInt32(truncatingIfNeeded: dice.next()) * UInt32(round & 1)
            let time = WallTime(nanoseconds: dice.next() / 4_000 * 1_000)
            let made = line(
                text, name: "web.\(round)", generation: generation, sequence: sequence,
                stream: stream, part: part, time: time)
            #expect(made.firstIndex(of: 10) == made.count - 1)
            let read = RecordLine.parse(made.span.extracting(0..<made.count - 1))
            guard let read else {
                Issue.record("\(String(decoding: made, as: UTF8.self)) was not read")
                continue
            }
            #expect(array(read.text) == text)
            #expect(array(read.name) == Array("web.\(round)".utf8))
            #expect(read.stamp == Stamp(sequence: sequence, time: time))
            #expect(read.stream == stream && read.part == part && read.generation == generation)
        }
    }

    @Test func `a line feed in a sentence does not make two lines of it`() {
        let made = line(Array("a\nb\n".utf8))
        #expect(String(decoding: made, as: UTF8.self).hasSuffix("| a b \n"))
    }

    @Test func `no shortened line is taken for a record`() {
        let made = line([], generation: 7)
        for count in 0..<made.count - 1 {
            #expect(!isRecord(Array(made[..<count])))
        }
        #expect(isRecord(made.dropLast()))
    }

    @Test(arguments: [
        "2026-11-20T09:08:58.123456Z 00123 b out| x",
        "2026-11-20T09:08:58.123456Z 0000123 b out| x",
        "2026-11-20T09:08:58.123456Z 000123 b Out| x", "2026-11-20T09:08:58.123456Z 000123 b out|x",
        "2026-11-20T09:08:58.123456Z 000123  out| x",
        "2026-11-20T09:08:58.123456Z 000123 b#0 out| x",
        "2026-11-20T09:08:58.123456Z 000123 b# out| x",
        "2026-13-20T09:08:58.123456Z 000123 b out| x",
        "2026-11-20T09:08:58.12345xZ 000123 b out| x",
        "2026-11-20 09:08:58.123456Z 000123 b out| x",
        "2026-11-20T09:08:58.123456Z 99999999999999999999 b out| x", "hello", "",
        "2026-11-20T09:08:58.123456Z 000123 b evt| x",
        "2026-11-20T09:08:58.123456Z 000123 b #3 out| x",
    ])
    func `what is not spelt so is no record`(text: String) {
        #expect(!isRecord(Array(text.utf8)))
    }

    @Test func `any bytes may be read without harm`() {
        var dice = Dice(3)
        let good = line(Array("text".utf8), generation: 2, part: .last)
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &dice) {
                let place = Int.random(in: 0..<bytes.count, using: &dice)
                bytes[place] = UInt8.random(in: 0...255, using: &dice)
            }
            bytes.removeLast(Int.random(in: 0...bytes.count, using: &dice))
            _ = RecordLine.parse(bytes.span)
        }
    }

    @Test func `numbers rise by one and times never go back`() {
        var clock = StampClock(after: Stamp(sequence: 41, time: WallTime(nanoseconds: 5_000)))
        clock.tick(WallTime(nanoseconds: 9_999))
        #expect(clock.next() == Stamp(sequence: 42, time: WallTime(nanoseconds: 9_000)))
        clock.tick(WallTime(nanoseconds: 3_000))
        #expect(clock.next() == Stamp(sequence: 43, time: WallTime(nanoseconds: 9_000)))
        clock.tick(WallTime(nanoseconds: 10_000))
        #expect(clock.next() == Stamp(sequence: 44, time: WallTime(nanoseconds: 10_000)))
    }
}
