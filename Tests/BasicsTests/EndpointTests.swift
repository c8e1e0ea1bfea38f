import Basics
import Testing

/// One grammar for where to listen and where to connect to.
@Suite struct EndpointTests {
    @Test(
        arguments: [
            ("8080", 8080), (":8080", 8080), ("localhost:8080", 8080), ("LocalHost:8080", 8080),
            ("0", 0), (":0", 0), ("65535", 65535), ("080", 80),
        ] as [(String, UInt16)])
    func `a port, with a colon or localhost before it, is this machine`(
        text: String, port: UInt16
    ) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(endpoint == .local(port: port) && endpoint.port == port)
        #expect("\(endpoint)" == "localhost:\(port)")
        #expect(
            endpoint.parts == [
                .internet(.v4(0x7F00_0001), port: port),
                .internet(.v6(high: 0, low: 1), port: port),
            ])
    }

    @Test(arguments: [
        "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:80", "[2001:db8::7]:443", "[::ffff:10.0.0.1]:1",
        "unix:/run/a.sock", "unix:8080",
    ])
    func `an address with its port, or a path, is written as it was read`(text: String) throws {
        let endpoint = try #require(Endpoint(text))
        #expect("\(endpoint)" == text)
        #expect(endpoint.parts == [endpoint])
        #expect((endpoint.port == nil) == text.hasPrefix("unix:"))
    }

    @Test(arguments: [
        "65536", ":65536", "localhost", "localhost:", ":", "", "+80", ":-80", "8080 ", " 8080",
        "::1", "a:80", "localhost:8x", "99999999999999999999", "127.0.0.1", "127.0.0.1:",
        "127.0.0.1:+80", "1.2.3:80", "01.2.3.4:80", "256.0.0.1:80", "example.org:80", "[::1:80",
        "[127.0.0.1]:80", "[]:80", "[::1]", "[::1]80", "unix:", "localhost :80",
    ])
    func `anything else is none`(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test func `a path may have 107 bytes and no more`() {
        #expect(Endpoint("unix:" + String(repeating: "a", count: Endpoint.longestPath)) != nil)
        #expect(Endpoint("unix:" + String(repeating: "a", count: 108)) == nil)
    }
}
