import Testing

@testable import Control

/// One grammar for where to listen and where to connect to.
@Suite struct EndpointTests {
    @Test(
        arguments: [
            ("8080", 8080), (":8080", 8080), ("localhost:8080", 8080), ("LocalHost:8080", 8080),
            ("0", 0), (":0", 0), ("65535", 65535), ("080", 80),
        ] as [(String, UInt16)])
    func `a port, with a colon or localhost before it, is this machine`(
        text: String, port: UInt16
    ) {
        #expect(Endpoint(text) == .local(port: port))
        #expect("\(Endpoint(text))" == "localhost:\(port)")
    }

    @Test(arguments: [
        "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:80", "unix:/run/a.sock", "unix:8080", "65536",
        ":65536", "localhost", "localhost:", ":", "", "+80", ":-80", "8080 ", "::1", "a:80",
        "localhost:8x", "99999999999999999999",
    ])
    func `anything else is an address, or none`(text: String) {
        #expect(Endpoint(text) == .address(text))
        #expect("\(Endpoint(text))" == text)
    }
}
