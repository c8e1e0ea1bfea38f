import Basics
import TestSupport
import Testing

@testable import Logs

/// What is shown of records that carry events, and of the sentences of 0.1.0.
@Suite struct EventPainterTests {
    private static let event = ServiceEvent(.killed, EventExamples.backend)
        .with(.signal, "SIGKILL").with(.signalNumber, 9).with(.dumpedCore, true)
        .with(.ran, Nanoseconds(3_200_000)).with(.remarks, ["a\u{1B}[2J", "b"])
    private static let old = "backend.1 (port 3000, pid 42) is ready after 1 ms"

    private static func spelled(_ event: ServiceEvent) -> [UInt8] {
        var queue = ByteQueue(capacity: 64)
        EventSpelling.append(event, to: &queue)
        return array(queue.bytes)
    }

    private func shown(
        _ text: [UInt8], _ stream: Logs.Stream,
        _ paint: (borrowing Record, inout ByteQueue) -> Void
    ) -> String {
        let name = Array("lbctl".utf8)
        var queue = ByteQueue(capacity: 64)
        paint(
            Record(
                stamp: Stamp(sequence: 9, time: example), name: name.span, stream: stream,
                text: text.span), &queue)
        return TestSupport.text(queue)
    }

    private static let head = "{\"seq\":9,\"time\":\"2026-11-20T09:08:58.123456Z\","

    @Test func `an object a line, with every fact by its name`() {
        var painter = EventPainter(colour: false)
        let object = shown(Self.spelled(Self.event), .event) {
            painter.appendObject($0, to: &$1)
        }
        #expect(
            object == Self.head + "\"kind\":\"killed\",\"name\":\"backend.2\",\"port\":3001,"
                + "\"pid\":4242,\"generation\":3,\"what\":\"killed by SIGKILL "
                + "(core dumped) (a\\u001b[2J) (b) after 3.20 ms\","
                + "\"facts\":{\"signal\":\"SIGKILL\",\"signal_number\":9,"
                + "\"dumped_core\":true,\"ran_ns\":3200000,\"remarks\":[\"a\\u001b[2J\",\"b\"]}}\n")
        let service = shown(Self.spelled(ServiceEvent(.allChecksFailed)), .event) {
            painter.appendObject($0, to: &$1)
        }
        #expect(
            service.hasPrefix(
                Self.head + "\"kind\":\"all_checks_failed\",\"name\":null,\"port\":null,"
                    + "\"pid\":null,\"generation\":null,\"what\":\"the checks"))
        #expect(service.hasSuffix("\"facts\":{}}\n"))
    }

    @Test func `the table has its head once, and a row's kind has the colour of its tone`() {
        var painter = EventPainter(colour: true)
        var rows = ""
        for _ in 0..<2 {
            rows += shown(Self.spelled(Self.event), .event) { painter.appendRow($0, to: &$1) }
        }
        let lines = rows.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasPrefix("TIME ") && lines[1] == lines[2])
        #expect(lines[1].contains("  3001     4242  \u{1B}[31mkilled\u{1B}[0m   "))
        // Nothing in a fact reaches the terminal but text.
        #expect(lines[1].contains("^[[2J"))
    }

    @Test(arguments: [Logs.Stream.sentence, .runSentence])
    func `a sentence of 0_1_0 is a remark, and nothing is read from it`(stream: Logs.Stream) {
        var painter = EventPainter(colour: false)
        let object = shown(Array(Self.old.utf8), stream) { painter.appendObject($0, to: &$1) }
        #expect(
            object == Self.head + "\"kind\":\"notice\",\"name\":null,\"port\":null,\"pid\":null,"
                + "\"generation\":null,\"what\":\"\(Self.old)\","
                + "\"facts\":{\"text\":\"\(Self.old)\"}}"
                + "\n")
        // Not even where it looks like the spelling of an event.
        let sly = shown(Self.spelled(Self.event), stream) { painter.appendObject($0, to: &$1) }
        #expect(sly.contains("\"kind\":\"notice\""))
    }

    @Test func `what children and balancers wrote is no event`() {
        var painter = EventPainter(colour: false)
        for stream in Logs.Stream.allCases where !Logs.Stream.own.contains(stream) {
            let text = Self.spelled(Self.event)
            #expect(shown(text, stream) { painter.appendObject($0, to: &$1) } == "")
            #expect(shown(text, stream) { painter.appendRow($0, to: &$1) } == "")
        }
    }

    @Test func `the stream shows the sentence, and one that was spoilt as it is`() {
        var painter = Painter(colour: false)
        let line = shown(Self.spelled(Self.event), .event) { painter.append($0, to: &$1) }
        #expect(
            line.hasSuffix(
                " lbctl | " + "backend.2 (port 3001, pid 4242) killed by SIGKILL "
                    + "(core dumped) (a^[[2J) (b) after 3.20 ms\n"))
        let old = shown(Array(Self.old.utf8), .sentence) { painter.append($0, to: &$1) }
        #expect(old.hasSuffix(" lbctl | \(Self.old)\n"))
        let spoilt = shown(Array("killed name=".utf8), .event) { painter.append($0, to: &$1) }
        #expect(spoilt.hasSuffix(" lbctl | killed name=\n"))
    }

    @Test func `as JSON a record has the sentence and the event`() {
        var painter = JSONPainter()
        let event = ServiceEvent(.ready, .init("web", pid: 7)).with(.after, Nanoseconds(1_000_000))
        let object = shown(Self.spelled(event), .run) { painter.append($0, to: &$1) }
        #expect(
            object == Self.head + "\"name\":\"lbctl\",\"stream\":\"run\",\"text\":\"web (pid 7) is "
                + "ready after 1.00 ms\",\"event\":{\"kind\":\"ready\",\"name\":\"web\","
                + "\"port\":null,\"pid\":7,\"generation\":null,\"what\":\"is ready after 1.00 ms\","
                + "\"facts\":{\"after_ns\":1000000}}}\n")
        let old = shown(Array(Self.old.utf8), .sentence) { painter.append($0, to: &$1) }
        #expect(
            old == Self.head + "\"name\":\"lbctl\",\"stream\":\"event\",\"text\":\"\(Self.old)\"}\n"
        )
    }

    @Test func `texts are looked for in the sentence, and not in the spelling`() {
        func finds(_ word: String, _ text: [UInt8], _ stream: Logs.Stream) -> Bool {
            var filter = LogFilter()
            filter.texts = [{ Utf8.string($0).contains(word) }]
            var isFound = false
            _ = shown(text, stream) { record, _ in isFound = filter.matches(record) }
            return isFound
        }
        let text = Self.spelled(Self.event)
        #expect(finds("killed by SIGKILL", text, .event) && !finds("ran_ns", text, .event))
        #expect(finds("ran_ns", text, .out) && finds("is ready", Array(Self.old.utf8), .sentence))
    }
}
