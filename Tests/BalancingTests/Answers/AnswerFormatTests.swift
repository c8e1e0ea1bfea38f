import Testing

@testable import Balancing

/// In which form a client would have what the balancer says itself (RFC 9110 §12.5.1).
@Suite struct AnswerFormatTests {
    @Test(arguments: [
        // What programs and people send: curl, a browser, an API client.
        ("*/*", AnswerFormat.text),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", .html),
        ("application/json, text/plain, */*", .json),
        ("application/problem+json", .json), ("application/*", .json), ("text/*", .text),
        ("application/xhtml+xml", .html),
        // The weight decides, and of equals the first.
        ("text/html;q=0.5, application/json;q=0.6", .json),
        ("text/html;q=0.6, application/json;q=0.6", .html),
        ("application/json;q=0.001, text/html;q=0", .json),
        ("text/plain;q=0.2, text/html;q=0.30", .html),
        // Case, blanks and other parameters don't.
        ("TEXT/HTML ; Q=0.9 ,\tApplication/JSON ; q=0.8", .html),
        ("text/html;level=1;q=0.1, application/json;charset=utf-8", .json),
        // Not wanted is not taken, and what can't be read is not wanted.
        ("text/html;q=0", .text), ("text/html;q=0.000, application/json;q=0", .text),
        ("text/html;q=high, application/json;q=0.1", .json), ("text/html;q=, */*;q=0.1", .text),
        ("text/html;q=nan, application/json;q=-1", .text),
        // Nothing that we have.
        ("", .text), ("image/png", .text), (",,;,;q=1", .text), ("html", .text),
        ("text/html2, application/jsonp", .text), ("image/png, text/html;q=0.1", .html),
    ])
    func `what is preferred of what there is`(_ accept: String, _ expected: AnswerFormat) {
        #expect(AnswerFormat(acceptedBy: accept) == expected)
    }
}
