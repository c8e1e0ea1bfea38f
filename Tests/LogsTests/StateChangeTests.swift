import Basics
import TestSupport
import Testing

@testable import Logs

@Suite struct StateChangeTests {
    @Test(
        arguments: [
            ("backend.1 (port 3000, pid 7161) is ready after 5.64 ms", .ready),
            ("backend.1 (port 3000, pid 7161) is not ready: port 3000 is taken", .unready),
            (
                "backend.1 (port 3000, pid 7161) was not ready within 10 s: silence; killing it",
                .unready
            ),
            (
                "backend.1 (port 3000, pid 7161) killed by SIGKILL after 1.0 s (cpu 1 ms); x",
                .killed
            ),
            ("backend.1 (port 3000, pid 7161) exited with 3 after 1.0 s; restarting", .exited),
            ("backend.1 (port 3000, pid 7161) is sent SIGKILL by 'lbctl kill'", .signalled),
            ("backend.1 (port 3000, pid 7161) was stopped", .paused),
            ("backend.1 (port 3000, pid 7161) goes on", .resumed),
            ("backend.1 (port 3000, pid 7161) is taken for down by the balancer: refused", .down),
            ("backend.1 (port 3000, pid 7161) answers again: 200", .up),
            ("backend.1 (port 3000, pid 7161) has to make room for the next", .other),
        ] as [(String, StateChange.Kind)])
    func `a sentence about a process says which and what`(text: String, kind: StateChange.Kind)
        throws
    {
        let change = try #require(StateChange(text))
        #expect(change.kind == kind)
        #expect(change.name == "backend.1" && change.port == 3000 && change.pid == 7161)
        #expect(text.hasSuffix(" " + change.what))
        #expect(text.utf8.count == change.what.utf8.count + 32)
    }

    @Test func `what has become known of a dead one's requests is no change`() {
        #expect(
            StateChange(
                "backend.1 (port 3000, pid 42): beyond what was said, 2 requests were in flight: "
                    + "0 tried elsewhere, 2 failed") == nil)
    }

    @Test func `facts that are not there are left out`() throws {
        let worker = try #require(StateChange("worker (pid 42) is ready after 1 ms"))
        #expect(worker.port == nil && worker.pid == 42)
        let stopped = try #require(StateChange("worker (port 5000) is back by 'lbctl undrain'"))
        #expect(stopped.port == 5000 && stopped.pid == nil && stopped.kind == .undrained)
        let missing = try #require(StateChange("worker can't be started: there is no program 'x'"))
        #expect(missing.kind == .failed && missing.name == "worker" && missing.port == nil)
    }

    @Test func `sentences about the service, and those that tell of no change`() {
        #expect(StateChange("lbctl 0.1.0 runs 'default'", opensRun: true)?.kind == .started)
        #expect(StateChange("stopping: Ctrl-C")?.kind == .stopping)
        #expect(StateChange("'default' is stopped")?.kind == .stopped)
        #expect(
            StateChange("the history can't be written (write: x); going on")?.kind == .unwritable)
        for text in [
            "", " ", "nothing is balanced: there is no type 'backend'", "there is no IPv6 here",
            "worker (port 5000", "a b c",
        ] {
            #expect(StateChange(text) == nil, "\(text)")
        }
    }

    @Test func `only lbctl's own sentences count`() {
        let text = Array("backend.1 (pid 7) is ready".utf8)
        let name = Array("backend.1".utf8)
        for stream in Logs.Stream.allCases {
            let record = Record(
                stamp: Stamp(sequence: 1, time: example), name: name.span, stream: stream,
                text: text.span)
            let isChange = StateChange(record) != nil
            #expect(isChange == [.event, .run].contains(stream))
        }
    }

    @Test func `an object a line, and a row below its head`() {
        var painter = EventPainter(colour: false)
        let text = Array("web.1 (port 3000, pid 7) is ready after 1 ms".utf8)
        let name = Array("lbctl".utf8)
        let record = Record(
            stamp: Stamp(sequence: 9, time: example), name: name.span, stream: .event,
            text: text.span)
        var queue = ByteQueue(capacity: 64)
        painter.appendObject(record, to: &queue)
        let object = String(decoding: array(queue.bytes), as: UTF8.self)
        #expect(
            object == "{\"seq\":9,\"time\":\"2026-11-20T09:08:58.123456Z\",\"name\":\"web.1\","
                + "\"port\":3000,\"pid\":7,\"change\":\"ready\",\"what\":\"is ready after 1 ms\"}\n"
        )
        queue.removeAll()
        painter.appendRow(record, to: &queue)
        painter.appendRow(record, to: &queue)
        let lines = String(decoding: array(queue.bytes), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasPrefix("TIME ") && lines[1] == lines[2])
    }
}
