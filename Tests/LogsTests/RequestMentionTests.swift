import Basics
import Testing

@testable import Logs

@Suite struct RequestMentionTests {
    @Test(arguments: [
        ("01ABC", "\"GET / HTTP/1.1\" 200 13 0.4ms backend.2 id=01ABC", true),
        ("01ABC", "id=01ABCD", false), ("01ABC", "id=X01ABC", false),
        ("01ABC", "01ABC", true), ("01ABC", "(01ABC), lost", true), ("01ABC", "01AB", false),
        ("01ABC", "", false), ("01ABC", "01ABCD and 01ABC.", true), ("a-b", "a-b-c", false),
        ("a-b", "id=a-b", true), ("aa", "aaa aa", true), ("b", "a-b", false),
        ("a=b", "id=a=b", true),
    ])
    func `a request is known by its whole identity`(
        identity: String, text: String, expected: Bool
    ) throws {
        let mention = try #require(RequestMention(of: identity))
        let bytes = Array(text.utf8)
        #expect(mention.isIn(bytes.span) == expected)
    }

    @Test func `the trace-id of an identifier is another spelling of it`() throws {
        let (id, trace) = ("01M8HSB06C4BFN6KPA594RYP84", "01a2239580cc22df534eca2a498f5904")
        for identity in [id, trace] {
            let mention = try #require(RequestMention(of: identity))
            for text in [id, trace] {
                let line = Array("x=\(text) y".utf8)
                #expect(mention.isIn(line.span) == true)
                #expect(mention.identities.contains(text))
            }
            let other = Array("x=01M8HSB06C4BFN6KPA594RYP85".utf8)
            #expect(mention.isIn(other.span) == false)
        }
        #expect(try #require(RequestMention(of: "mine-1")).identities == ["mine-1"])
    }

    @Test(arguments: ["", "a b", "\t", "a\n"])
    func `what has blanks in it is no identity`(text: String) {
        #expect(RequestMention(of: text) == nil)
    }
}
