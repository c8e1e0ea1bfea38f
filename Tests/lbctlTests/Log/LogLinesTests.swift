import Basics
import Logs
import TestSupport
import Testing

@testable import lbctl

/// The lines of the log as a terminal shows them.
@Suite struct LogLinesTests {
    private func lines(
        _ access: AccessFolding.Choice = .folded, colour: Bool = false, columns: Int = 80
    ) -> LogLines {
        let painter = Painter(
            colour: colour, width: 9, time: LineTime(.local, now: Examples.now) { _ in 3_600 })
        var lines = LogLines(painter, access, isTerminal: true)
        lines.fit(columns: columns)
        return lines
    }

    private func append(
        _ text: String, _ stream: Logs.Stream = .out, by name: String = "backend.1",
        after seconds: UInt64 = 0, to lines: inout LogLines, _ queue: inout ByteQueue
    ) {
        let time = WallTime(nanoseconds: Examples.now.nanoseconds + seconds * 1_000_000_000)
        lines.append(
            Record(
                stamp: Stamp(sequence: 1, time: time), name: name.utf8.span, stream: stream,
                text: text.utf8.span), to: &queue)
    }

    private let access = "::1 \"GET / HTTP/1.1\" 200 33 0.169ms backend.1 id=01M7YSB3E1579VNNCW5GT5"

    @Test func `a long line goes on below its text`() {
        var lines = lines()
        var queue = ByteQueue(capacity: 256)
        append(
            "done mail 8813 in 41 ms to a list whose name is so long that it goes on", to: &lines,
            &queue)
        append("short", by: "worker", to: &lines, &queue)
        #expect(
            TestSupport.text(queue) == """
                10:08:58.123 backend.1 | done mail 8813 in 41 ms to a list whose name is so long
                                       | that it goes on
                10:08:58.123 worker    | short

                """)
    }

    @Test func `many access lines are one a second, and events stand between them`() {
        var lines = lines()
        var queue = ByteQueue(capacity: 256)
        for _ in 0..<60 { append(access, .access, by: "balancer", to: &lines, &queue) }
        queue.removeAll()
        for _ in 0..<60 { append(access, .access, by: "balancer", after: 1, to: &lines, &queue) }
        append(
            "ready name=\"backend.1\" port=3000 pid=42", .event, by: "lbctl", after: 1, to: &lines,
            &queue)
        #expect(lines.due != nil)
        lines.passed(
            to: WallTime(nanoseconds: Examples.now.nanoseconds + 2_000_000_000), to: &queue)
        #expect(
            TestSupport.text(queue) == """
                10:08:59.000 balancer  | 60 requests, 0 failed, p99 0.17 ms; backend.1 100 %
                10:08:59.123 lbctl     | backend.1 (port 3000, pid 42) is ready
                10:09:00.000 balancer  | 60 requests, 0 failed, p99 0.17 ms; backend.1 100 %

                """)
    }

    @Test func `what is left is shown at the end`() {
        var lines = lines()
        var queue = ByteQueue(capacity: 256)
        for _ in 0..<60 { append(access, .access, by: "balancer", to: &lines, &queue) }
        queue.removeAll()
        lines.finish(to: &queue)
        #expect(TestSupport.text(queue).contains("60 requests, 0 failed"))
    }

    @Test func `what failed is red, folded lines are dim, and each row has its colour`() {
        var lines = lines(colour: true)
        var queue = ByteQueue(capacity: 256)
        let failed =
            "::1 \"GET / HTTP/1.1\" 502 33 0.169ms backend.1 error=connection_terminated id=x"
        append(failed, .access, by: "balancer", to: &lines, &queue)
        let rows = TestSupport.text(queue).split(separator: "\n")
        #expect(rows.count == 2 && rows.allSatisfy { $0.contains("\u{1B}[31m") })
        #expect(rows.allSatisfy { $0.hasSuffix("\u{1B}[0m") })
        for _ in 0..<60 { append(access, .access, by: "balancer", to: &lines, &queue) }
        queue.removeAll()
        append("x", after: 1, to: &lines, &queue)
        // One of the requests failed.
        #expect(TestSupport.text(queue).contains("\u{1B}[31m61 requests, 1 failed"))
    }

    @Test func `elsewhere than on a terminal nothing is wrapped or left out`() {
        var lines = LogLines(Painter(colour: false, width: 9), .all, isTerminal: false)
        var queue = ByteQueue(capacity: 256)
        for _ in 0..<200 { append(access, .access, by: "balancer", to: &lines, &queue) }
        let rows = TestSupport.text(queue).split(separator: "\n")
        #expect(rows.count == 200)
        #expect(rows.allSatisfy { $0 == "2026-11-20T09:08:58.123456Z balancer  | \(access)" })
    }
}
