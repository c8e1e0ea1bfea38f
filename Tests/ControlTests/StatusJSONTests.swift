import Basics
import Control
import TestSupport
import Testing

/// The rows of `ps` for programs.
@Suite struct StatusJSONTests {
    private let status = Examples.status

    @Test func `JSON has the names that were promised, in their order`() {
        #expect(
            StatusJSON.text(status) == """
                [{"name":"balancer","type":"balancer","port":8080,"pid":41,"state":"ready",\
                "health":"up","started_at":"2026-11-20T09:08:45.723456Z","restarts":0,\
                "weight":null,"active":3,"requests":null,"p50_ms":null,"p99_ms":null,\
                "cpu_percent":1.250,"rss_bytes":7340032,"algorithm":null,\
                "latency_ms":null,"error_percent":null},
                 {"name":"backend.1","type":"backend","port":3000,"pid":null,"state":"failed",\
                "health":"down","started_at":null,"restarts":6,"weight":1,"active":0,\
                "requests":12,"p50_ms":0.312,"p99_ms":4.190,"cpu_percent":null,"rss_bytes":null,\
                "algorithm":null,"latency_ms":null,"error_percent":null}]
                """)
    }

    /// The names of an object's fields, in order.
    private func names(_ object: Substring) -> [String] {
        object.split(separator: ",").compactMap { field in
            let parts = field.split(separator: "\"", omittingEmptySubsequences: false)
            return parts.count > 2 && parts[2].hasPrefix(":") ? String(parts[1]) : nil
        }
    }

    @Test func `every object has the fields of all, whatever is known of its process`() {
        var status = status
        status.children.append(Examples.child("job", "job", .done))
        for counters in [false, true] {
            let rows = StatusJSON.text(status, counters: counters).split(separator: "\n")
            #expect(rows.count == 3)
            #expect(Set(rows.map { names($0) }).count == 1)
            #expect(names(rows[0]).count == (counters ? 57 : 18))
            #expect(Set(names(rows[0])).count == names(rows[0]).count)
        }
    }

    @Test func `with --counters the figures of backend and balancer follow`() {
        var status = status
        status.children[1].traffic = Examples.traffic
        status.children[0].fronting = BalancerTraffic()
        status.children[0].fronting?.shutOut = 13
        let text = StatusJSON.text(status, counters: true)
        #expect(
            text.contains(
                """
                "http_1xx":0,"http_2xx":1,"http_3xx":2,"http_4xx":3,"http_5xx":4,"streams":0,\
                "abandoned":13,"lost":14,"bytes_sent":15,"bytes_received":16,"failed":5,\
                "failed_by_cause":{"connection_refused":2,"response_timeout":3},"unanswered":0,\
                "spoilt":0,"retried_from":6,"retried_to":7,"retries_denied":8,"connects":9,\
                "connect_failures":10,"reuses":0,"connections_open":0,"connections_idle":0,\
                "response_ms":17.000,"withdrawals":1,"withdrawal_ms":0.400,"checks_passed":11,\
                "checks_failed":12,"ewma_ms":0.500
                """))
        #expect(
            text.contains(
                """
                "connections_accepted":0,"delivered":0,"uncertain":0,"waiting":0,"waited":0,\
                "waited_ms":0.000,"own_answers":0,"own_answers_by_cause":{},"limited":0,\
                "shut_out":13,"lines_dropped":0
                """))
        #expect(text.contains("\"http_1xx\":0,\"http_2xx\":0"))
    }

    @Test func `no process at all is an empty array`() {
        var status = status
        status.children = []
        #expect(StatusJSON.text(status) == "[]")
    }

    @Test func `a name can't end its text`() {
        var status = status
        status.children = [Examples.child("a\"b\\\n", "t")]
        #expect(StatusJSON.text(status).hasPrefix(#"[{"name":"a\"b\\\n","type":"t","#))
    }
}

/// An object of JSON.
@Suite struct JSONObjectTests {
    @Test func `fields stand in the order in which they were put, and nil is null`() {
        var object = JSONObject()
        object.put("b", text: "x")
        object.put("a", number: 1 as Int?)
        object.put("none", number: nil as UInt64?)
        object.put("no text", text: nil)
        object.put("decimal", decimal: 1.5)
        object.put("no decimal", decimal: nil)
        object.put("flag", flag: false)
        object.put("list", list: ["1", "\"x\""])
        #expect(
            object.text == """
                {"b":"x","a":1,"none":null,"no text":null,"decimal":1.500,"no decimal":null,\
                "flag":false,"list":[1,"x"]}
                """)
    }

    @Test func `an array has an object a line`() {
        var object = JSONObject()
        object.put("a", number: 1 as Int?)
        #expect(JSONObject.array([]) == "[]")
        #expect(JSONObject.array([object, object]) == "[{\"a\":1},\n {\"a\":1}]")
    }
}
