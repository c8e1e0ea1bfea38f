import Basics
import TestSupport
import Testing

@testable import Logs

/// How events are spelled in records, and read back.
@Suite struct EventSpellingTests {
    private func spelled(_ event: ServiceEvent) -> [UInt8] {
        var queue = ByteQueue(capacity: 64)
        EventSpelling.append(event, to: &queue)
        return array(queue.bytes)
    }

    private func parse(_ text: String) -> ServiceEvent? {
        EventSpelling.parse(Array(text.utf8).span)
    }

    @Test(arguments: EventExamples.all.map(\.0))
    func `every kind comes back as it was`(event: ServiceEvent) {
        let bytes = spelled(event)
        #expect(EventSpelling.parse(bytes.span) == event)
        #expect(!bytes.contains(Ascii.lineFeed))
    }

    @Test func `the spelling is as the documentation has it`() {
        let event = ServiceEvent(.killed, EventExamples.backend).with(.signal, "SIGKILL")
            .with(.planned, true).with(.ran, Nanoseconds(3_200_000))
            .with(.remarks, ["a \"b\"", "c\\\nd"])
        let text = String(decoding: spelled(event), as: UTF8.self)
        #expect(
            text == "killed name=\"backend.2\" port=3001 pid=4242 generation=3 "
                + "signal=\"SIGKILL\" planned ran_ns=3200000 "
                + "remarks=\"a \\\"b\\\"\",\"c\\\\\\nd\"")
        #expect(parse(text) == event)
    }

    @Test(
        arguments: [
            "", " ", "nonsense", "killed ", "killed  planned", "killed signal", "killed signal=",
            "killed signal=\"", "killed signal=\"x", "killed signal=\"\\x\"", "killed signal=x",
            "killed ran_ns", "killed ran_ns=", "killed ran_ns=x", "killed ran_ns=-1",
            "killed ran_ns=99999999999999999999", "killed port=1", "killed name=x",
            "killed name=\"x\" port=65536", "killed name=\"x\" pid=2147483648",
            "killed name=\"x\" name=\"y\"", "killed planned name=\"x\"", "killed unknown=1",
            "killed planned=1", "killed remarks=", "killed remarks=\"a\",", "killed\tplanned",
            "KILLED", "killed planned ",
        ])
    func `what spells no event is none`(text: String) {
        #expect(parse(text) == nil)
    }

    @Test func `words that are no UTF-8 are none`() {
        #expect(EventSpelling.parse((Array("notice text=\"".utf8) + [0xFF, 0x22]).span) == nil)
    }

    @Test func `one that was cut anywhere is another or none, and traps nowhere`() {
        for (event, _) in EventExamples.all {
            let bytes = spelled(event)
            for count in 0..<bytes.count {
                let cut = EventSpelling.parse(Array(bytes[..<count]).span)
                #expect(cut != event, "\(count) of \(event)")
                _ = cut?.sentence
            }
        }
    }

    @Test func `whatever a history may hold, nothing traps, and what is read is spelled alike`() {
        var dice = Dice(16)
        let examples = EventExamples.all.map { spelled($0.0) }
        for _ in 0..<20_000 {
            var bytes = examples[Int.random(in: 0..<examples.count, using: &dice)]
            for _ in 0...Int.random(in: 0..<3, using: &dice) {
                let place = Int.random(in: 0..<bytes.count, using: &dice)
                switch Int.random(in: 0..<3, using: &dice) {
                case 0: bytes[place] = UInt8(Int.random(in: 0..<256, using: &dice))
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(Int.random(in: 0..<256, using: &dice)), at: place)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            guard let event = EventSpelling.parse(bytes.span) else { continue }
            _ = event.sentence
            #expect(EventSpelling.parse(spelled(event).span) == event)
        }
    }

    @Test func `an event with very long words fits into a record`() {
        let long = String(repeating: "\u{1F600}\"", count: 90_000)
        let event = ServiceEvent(.killed, EventExamples.backend).with(.reason, long)
            .with(.next, long).with(.remarks, Array(repeating: long, count: 500))
        #expect(event[.reason]?.unicodeScalars.count == ServiceEvent.longestText)
        #expect(event[.reason]?.hasSuffix("…") == true)
        #expect(event[.remarks].count == ServiceEvent.longestList)
        #expect(spelled(event).count < LogLimits.text)
        #expect(EventSpelling.parse(spelled(event).span) == event)
    }
}
