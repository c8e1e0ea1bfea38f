import Basics
import Control
import Testing

/// What came of orders, for programs.
@Suite struct ReportJSONTests {
    private func kill(
        port: UInt16 = 3001, pid: Int32 = 42, outOfRotation: Nanoseconds? = nil
    ) -> String {
        KillReport(
            name: "backend.2", port: port, pid: pid, signal: 9, outOfRotation: outOfRotation,
            next: "restarting at once"
        ).json(signalName: "SIGKILL").text
    }

    @Test func `what did not run was sent no signal`() {
        #expect(
            kill(port: 0, pid: 0) == """
                {"name":"backend.2","port":null,"pid":null,"signal":null,\
                "out_of_rotation_ms":null,"next":"restarting at once"}
                """)
    }

    @Test func `a kill has its figures`() {
        #expect(
            kill(outOfRotation: .microseconds(480)) == """
                {"name":"backend.2","port":3001,"pid":42,"signal":"SIGKILL",\
                "out_of_rotation_ms":0.480,"next":"restarting at once"}
                """)
    }

    private let report = TargetReport(
        name: "web.1", port: 3000, pid: 7, isDone: true, outcome: "stopped after 0.31 ms",
        took: .microseconds(310), change: .removed, weight: 3)

    @Test func `an order's report has the fields of its verb`() {
        #expect(
            report.json().text == """
                {"name":"web.1","port":3000,"pid":7,"done":true,\
                "outcome":"stopped after 0.31 ms","took_ms":0.310}
                """)
        #expect(
            report.json(withChange: true).text.contains(
                "\"pid\":7,\"change\":\"removed\",\"done\""))
        #expect(report.json(with: .weight).text.contains("\"pid\":7,\"weight\":3,\"done\""))
        let bare = TargetReport(name: "web.1", port: 0, pid: 0, isDone: false, outcome: "failed")
        #expect(
            bare.json(with: .weight).text == """
                {"name":"web.1","port":null,"pid":null,"weight":null,"done":false,\
                "outcome":"failed","took_ms":0.000}
                """)
    }

    @Test func `an order that sets something tells what is in force`() {
        var told = report
        told.faults = EchoFaults(latency: .milliseconds(20), errorRate: Share(percentage: "2.5"))
        told.algorithm = .random
        #expect(told.json(with: .latency).text.contains("\"pid\":7,\"latency_ms\":20.000,"))
        #expect(told.json(with: .errorRate).text.contains("\"pid\":7,\"error_percent\":2.500,"))
        #expect(told.json(with: .algorithm).text.contains("\"pid\":7,\"algorithm\":\"random\","))
    }

    @Test func `a ban tells the client and how long it lasts`() {
        let ban = BanWord(client: "2001:db8::/64", remaining: .milliseconds(65_250))
        #expect(ban.json.text == #"{"client":"2001:db8::/64","remaining_s":65.250}"#)
    }
}
