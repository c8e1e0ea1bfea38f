import Basics
import Control
import Scoreboard
import TestSupport
import Testing

@testable import Admin

/// What is answered, of what is known of a service.
@Suite struct AnswersTests {
    private let board: ServiceBoard

    init() throws { board = ServiceBoard(try Scoreboard(backends: 1, workers: 1)) }

    private func status(_ states: [ChildState], weight: UInt32? = 1) -> ServiceStatus {
        var status = Examples.status
        status.children = states.enumerated().map { index, state in
            var child = Examples.child(
                "web.\(index + 1)", "web", port: UInt16(3000 + index), state, weight: weight)
            child.health = state == .ready ? .up : .down
            return child
        }
        return status
    }

    private func answer(_ route: Route, _ status: ServiceStatus) -> AdminResponse {
        Answers.answer(route, status, board, now: Instant(nanoseconds: 1))
    }

    @Test(
        arguments: [
            ([.ready, .ready], "2 of 2 backends serve."), ([.ready], "1 of 1 backends serves."),
            ([.ready, .backoff], "1 of 2 backends serves; web.2 is backing off."),
            ([.failed, .stopped], "No backend serves; web.1 has failed, web.2 is stopped."),
            (
                [.failed, .failed, .failed, .failed, .failed],
                "No backend serves; web.1 has failed, web.2 has failed, web.3 has failed and 2 "
                    + "more do not."
            ),
        ] as [([ChildState], String)])
    func `the state is a sentence`(states: [ChildState], sentence: String) {
        #expect(StateSentence.text(status(states)) == sentence)
    }

    @Test func `one that is taken for down says so, and one that ends`() {
        var down = status([.ready])
        down.children[0].health = .down
        #expect(StateSentence.text(down) == "No backend serves; web.1 is taken for down.")
        #expect(!down.canServe)
        down.phase = .stopping
        #expect(StateSentence.text(down) == "'x' is being stopped.")
    }

    @Test func `where nothing is balanced that is no fault`() {
        let status = status([.ready, .ready], weight: nil)
        #expect(StateSentence.text(status) == "Nothing is balanced; 2 processes run.")
        #expect(status.canServe)
    }

    @Test func `readiness is a status and a sentence`() {
        #expect(answer(.readiness, status([.ready])).status == 200)
        let answer = answer(.readiness, status([.failed]))
        #expect(answer.status == 503 && answer.body == "No backend serves; web.1 has failed.\n")
    }

    @Test func `rows are those of ps, and a target means what it means to a verb`() {
        let status = status([.ready, .failed])
        let all = answer(.processes(nil), status)
        #expect(all.body == StatusJSON.text(status, counters: true) + "\n")
        for target in ["web.2", "3001"] {
            let one = answer(.processes(target), status)
            #expect(
                one.body
                    == "[\(StatusJSON.object(status.children[1], counters: true).text)]\n")
        }
        #expect(answer(.processes("web"), status).body == all.body)
        #expect(answer(.processes("all"), status).body == all.body)
        let none = answer(.processes("nope"), status)
        #expect(none.status == 404 && none.body.contains("known are web.1, web.2"))
    }

    @Test func `what a name says can't become markup`() {
        var status = status([.ready])
        status.name = "<script>alert('x')</script>&\""
        let page = answer(.index, status)
        #expect(!page.body.contains("<script>"))
        #expect(page.body.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"))
        #expect(
            page.fields.contains { $0.hasPrefix("Content-Security-Policy: default-src 'none'") })
    }

    @Test func `the state for programs is the sentence and the rows`() {
        let status = status([.ready])
        let text = answer(.status, status).body
        #expect(text.contains("\"name\":\"x\"") && text.contains("\"serves\":true"))
        #expect(text.contains("\"sentence\":\"1 of 1 backends serves.\""))
        #expect(text.contains(StatusJSON.object(status.children[0], counters: false).text))
    }

    @Test func `to a HEAD the head is all, with the length of what GET brings`() {
        var full = ByteQueue()
        var head = ByteQueue()
        let response = AdminResponse.plain("alive")
        response.write(toHead: false, to: &full)
        response.write(toHead: true, to: &head)
        #expect(TestSupport.text(head) + "alive\n" == TestSupport.text(full))
        #expect(TestSupport.text(head).contains("Content-Length: 6\r\n"))
        #expect(TestSupport.text(head).hasSuffix("Connection: close\r\n\r\n"))
    }

    @Test func `metrics have the type of their format to the letter`() {
        let status = status([.ready])
        let classic = answer(.metrics(.classic), status)
        #expect(classic.type == "text/plain; version=0.0.4; charset=utf-8")
        #expect(classic.body.contains("lbctl_process_state{process=\"web.1\",state=\"ready\"} 1\n"))
        let open = answer(.metrics(.openMetrics), status)
        #expect(open.type == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(open.body.hasSuffix("# EOF\n"))
    }
}
