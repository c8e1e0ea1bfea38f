import Basics
import Testing

@testable import Logs

@Suite struct LogFilterTests {
    private func passes(
        _ filter: LogFilter, name: String = "web.1", at nanoseconds: UInt64 = 50,
        stream: Logs.Stream = .out
    ) -> Bool {
        let name = Array(name.utf8)
        let record = Record(
            stamp: Stamp(sequence: 1, time: WallTime(nanoseconds: nanoseconds)), name: name.span,
            stream: stream, text: name.span)
        return filter.matches(record)
    }

    @Test(arguments: [
        ("backend", "backend.1", true), ("backend", "backend.12", true),
        ("backend", "backend", true),
        ("backend.1", "backend.1", true), ("backend.1", "backend.12", false),
        ("backend.1", "backend", false), ("back", "backend.1", false),
        ("backend", "backend.x", false),
        ("backend", "backend.", false), ("", "backend", false), ("web", "backend.1", false),
    ])
    func `a name stands for itself and a type for its copies`(
        wanted: String, name: String, expected: Bool
    ) {
        #expect(passes(LogFilter(names: [wanted]), name: name) == expected)
        #expect(passes(LogFilter(names: ["other", wanted]), name: name) == expected)
    }

    @Test func `both ends of a span of time belong to it`() {
        let filter = LogFilter(
            since: WallTime(nanoseconds: 10), until: WallTime(nanoseconds: 20))
        let passing = (UInt64(0)..<30).filter { passes(filter, at: $0) }
        #expect(passing == Array(10...20))
    }

    @Test func `only the streams that were asked for pass`() {
        for stream in Logs.Stream.allCases {
            #expect(passes(LogFilter(), stream: stream))
            #expect(passes(LogFilter(streams: [.err]), stream: stream) == (stream == .err))
        }
    }

    @Test func `a text must fit each rule`() {
        var filter = LogFilter()
        filter.texts = [{ $0.count == 5 }]
        #expect(passes(filter))
        filter.texts.append { $0[0] == 0x77 }
        #expect(passes(filter))
        filter.texts.append { $0.isEmpty }
        #expect(!passes(filter))
    }

    @Test func `what is not shown of an access line is looked through for a request alone`() throws
    {
        let text = Array("GET / 200\tid=01J t3".utf8)
        let name = Array("balancer".utf8)
        func passes(_ filter: LogFilter) -> Bool {
            filter.matches(
                Record(
                    stamp: Stamp(sequence: 1, time: WallTime(nanoseconds: 0)), name: name.span,
                    stream: .access, text: text.span))
        }
        var filter = LogFilter()
        filter.texts = [{ Utf8.string($0) == "GET / 200" }]
        #expect(passes(filter))
        filter.mentions = [try #require(RequestMention(of: "01J"))]
        #expect(passes(filter))
        filter.mentions.append(try #require(RequestMention(of: "01K")))
        #expect(!passes(filter))
    }
}
