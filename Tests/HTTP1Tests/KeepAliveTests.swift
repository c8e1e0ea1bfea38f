import Basics
import Testing

@testable import HTTP1

@Suite struct KeepAliveTests {
    private func seconds(_ fields: String) -> UInt64? {
        let bytes = Array("HTTP/1.1 200 OK\r\n\(fields)Content-Length: 0\r\n\r\n".utf8)
        var head = ResponseHead()
        guard case .complete = head.parse(bytes.span, limits: HeadLimits()) else { return nil }
        return head.keepAliveSeconds(in: bytes.span)
    }

    @Test(arguments: [
        ("Keep-Alive: timeout=5\r\n", UInt64(5)), ("keep-alive: max=100, timeout=1\r\n", 1),
        ("Keep-Alive:TIMEOUT=0\r\n", 0), ("Keep-Alive: timeout=30, max=0\r\n", 0),
        ("Keep-Alive: timeout=99999999999999999999999\r\n", UInt64.max),
    ])
    func `a time that is announced is understood`(field: String, expected: UInt64) {
        #expect(seconds(field) == expected)
    }

    @Test(arguments: [
        "", "Keep-Alive: 5\r\n", "Keep-Alive: timeout\r\n", "Keep-Alive: timeout=\r\n",
        "Keep-Alive: timeout=x\r\n", "Keep-Alive: timeout=-1\r\n", "Keep-Alive:\r\n",
        "Keep-Alive: max=5\r\n", "Connection: keep-alive\r\n", "Proxy-Connection: timeout=5\r\n",
    ])
    func `what announces none is passed over`(fields: String) {
        #expect(seconds(fields) == nil)
    }
}
