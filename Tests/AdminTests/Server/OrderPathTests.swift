import Basics
import Control
import Testing

@testable import Admin

/// What orders over HTTP ask of the supervisor.
@Suite struct OrderPathTests {
    private func request(_ order: OrderPath, _ body: String = "") throws -> ControlRequest {
        try order.request(Array(body.utf8))
    }

    private func fault(_ order: OrderPath, _ body: String) -> String? {
        do throws(UsageError) {
            _ = try order.request(Array(body.utf8))
            return nil
        } catch { return error.message }
    }

    @Test func `a kill is SIGKILL unless told otherwise`() throws {
        #expect(
            try request(.kill("3001")) == .kill(targets: ["3001"], signal: 9, restarts: true))
        #expect(
            try request(.kill("a b"), #"{"signal":"TERM","restart":false}"#)
                == .kill(targets: ["a b"], signal: 15, restarts: false))
        #expect(fault(.kill("x"), #"{"signal":"NOPE"}"#) == "there is no signal 'NOPE'")
        #expect(fault(.kill("x"), #"{"restart":1}"#) == "'restart' is true or false")
    }

    @Test func `orders carry what their verbs take`() throws {
        #expect(
            try request(.order(.restart, "web"), #"{"rolling":true,"wait":true}"#)
                == .carryOut(
                    ServiceOrder(.restart, targets: ["web"], isRolling: true, waits: true)))
        #expect(
            try request(.order(.weight, "3001"), #"{"value":3}"#)
                == .carryOut(
                    ServiceOrder(.weight, targets: ["3001"], settings: [.weight(3)])))
        #expect(
            try request(.order(.slow, "3001"), #"{"value":"20ms"}"#)
                == .carryOut(
                    ServiceOrder(
                        .slow, targets: ["3001"], settings: [.latency(.milliseconds(20))])))
        #expect(try request(.order(.stop, "a")) == .carryOut(ServiceOrder(.stop, targets: ["a"])))
        #expect(fault(.order(.stop, "a"), #"{"rolling":true}"#) == "'rolling' is not expected here")
        #expect(fault(.order(.weight, "a"), "{}") == "'value' is missing, or no number")
        #expect(fault(.order(.weight, "a"), #"{"value":257}"#)?.contains("from 0 to 256") == true)
    }

    @Test func `the rest of them say what is meant`() throws {
        #expect(try request(.reload) == .reload)
        #expect(try request(.scale, #"{"value":5}"#) == .scale(to: 5))
        #expect(try request(.lift("10.0.0.1")) == .lift(["10.0.0.1"]))
        for value in ["0", "257", "\"x\"", "1.5", "-1", "true"] {
            #expect(
                fault(.scale, "{\"value\":\(value)}") == "'value' is to be a number of backends")
        }
        #expect(fault(.reload, "nonsense") != nil)
    }

    @Test func `a refusal tells what was done before it`() {
        let report = TargetReport(name: "a", port: 1, pid: 2, isDone: true, outcome: "stopped")
        let answer = OrderAnswer.response([
            .reported(report), .refused(Refusal(what: "no", why: "so", advice: "do")),
        ])
        #expect(answer.status == 409)
        #expect(
            answer.body
                == "{\"error\":\"no: so\",\"advice\":\"do\",\"done\":[\(report.json().text)]}\n")
        let done = OrderAnswer.response([.reported(report), .done])
        #expect(done.status == 200 && done.body == "[\(report.json().text)]\n")
    }
}
