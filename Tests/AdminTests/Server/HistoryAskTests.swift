import Basics
import Testing

@testable import Admin

/// What is asked of the history.
@Suite struct HistoryAskTests {
    private let now = WallTime(nanoseconds: 1_795_165_738_000_000_000)

    private func ask(
        _ matter: HistoryAsk.Matter, _ query: [(name: String, value: String)]
    ) throws(UsageError) -> HistoryAsk {
        var request = AdminRequest()
        request.query = query
        return try HistoryAsk(matter, request, now: now)
    }

    private func fault(
        _ matter: HistoryAsk.Matter, _ name: String, _ value: String
    ) -> String? {
        do throws(UsageError) {
            _ = try ask(matter, [(name, value)])
            return nil
        } catch { return error.message }
    }

    @Test func `a hundred records are told unless told otherwise`() throws {
        #expect(try ask(.lines, []).query.tail == 100)
        let asked = try ask(
            .lines, [("tail", "7"), ("after", "41"), ("process", "a"), ("process", "b")])
        #expect(asked.query.tail == 7 && asked.query.from == 42)
        #expect(asked.query.filter.names == ["a", "b"])
        #expect(try ask(.events, [("kind", "killed,down")]).query.filter.records != nil)
        #expect(try ask(.lines, [("after", "18446744073709551615")]).query.from == .max)
    }

    @Test func `what can't be meant is told`() {
        for value in ["0", "1001", "-1", "x", ""] {
            #expect(fault(.lines, "tail", value) == "'tail' is a number from 1 to 1000")
        }
        #expect(fault(.lines, "since", "yesterday") == "'since' can't be 'yesterday'")
        #expect(fault(.lines, "grep", "(")?.contains("no regular expression") == true)
        #expect(fault(.lines, "request", "a b") == "'request' is no id of a request")
        #expect(fault(.lines, "kind", "killed") == "there is no parameter 'kind'")
        #expect(fault(.events, "grep", "x") == "there is no parameter 'grep'")
        #expect(fault(.events, "kind", "nope") == "there is no kind 'nope'")
        #expect(fault(.events, "after", "x") != nil)
    }
}
