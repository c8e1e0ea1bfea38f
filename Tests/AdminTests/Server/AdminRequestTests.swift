import Basics
import HTTP1
import Testing

@testable import Admin

/// What a head says of a request.
@Suite struct AdminRequestTests {
    private func parsed(_ text: String) -> AdminRequest? {
        var head = RequestHead()
        let bytes = Array(text.utf8)
        guard case .complete = head.parse(bytes.span, limits: HeadLimits()) else { return nil }
        return AdminRequest(head, in: bytes.span)
    }

    private func get(_ target: String) -> AdminRequest? {
        parsed("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
    }

    @Test func `the parts of a path are decoded each for itself`() throws {
        #expect(get("/")?.path == [])
        #expect(get("/v1/processes")?.path == ["v1", "processes"])
        #expect(get("/v1/processes/a%2Fb%20c")?.path == ["v1", "processes", "a/b c"])
        #expect(get("//v1//status/")?.path == ["v1", "status"])
        #expect(get("/a+b")?.path == ["a+b"])
        #expect(get("/%C3%A9")?.path == ["é"])
    }

    @Test(arguments: ["/%", "/%4", "/%zz", "/%FF", "/x?a=%G0", "/x?%FF=1"])
    func `what is encoded wrongly is no request`(target: String) {
        #expect(get(target) == nil)
    }

    @Test func `parameters are those of a form, and the last of a name counts`() throws {
        let request = try #require(get("/v1/logs?grep=a+b%26c&tail=5&tail=7&flag&=x"))
        #expect(request.value("grep") == "a b&c")
        #expect(request.value("tail") == "7")
        #expect(request.value("flag") == "")
        #expect(request.value("nothing") == nil)
    }

    @Test func `what is said of the sender is taken down`() throws {
        let request = try #require(
            parsed(
                """
                POST /v1/reload HTTP/1.0\r
                Host: localhost:8404\r
                Origin: http://localhost:8404\r
                Sec-Fetch-Site: same-origin\r
                Content-Type: application/json\r
                Authorization: Bearer x\r
                Accept: text/plain\r
                Last-Event-ID: 7\r
                Content-Length: 2\r
                \r

                """))
        #expect(request.method == .post && request.isOld)
        #expect(request.host == "localhost:8404" && request.origin == "http://localhost:8404")
        #expect(request.fetchSite == "same-origin" && request.contentType == "application/json")
        #expect(request.authorization == "Bearer x" && request.accept == "text/plain")
        #expect(request.lastEvent == "7")
    }

    @Test func `the name in an absolute target counts, not the one in Host`() throws {
        let request = try #require(
            parsed("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        #expect(request.host == "evil.example")
    }

    @Test func `a target without a path is none`() {
        #expect(parsed("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n") == nil)
        #expect(parsed("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n") == nil)
    }
}
