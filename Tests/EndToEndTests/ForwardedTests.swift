import Basics
import Kernel
import TestSupport
import Testing

/// What a backend is told of the client, and which proxies are believed about it.
@Suite struct ForwardedTests {
    private func recording() throws -> ScriptedBackend {
        try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil { try connection.answer("fine") }
        }
    }

    private static let claims =
        "X-Forwarded-For: 198.51.100.7, 10.1.2.3\r\nX-Forwarded-Proto: https\r\n"
        + "X-Forwarded-Host: example.org\r\nX-Real-IP: 198.51.100.7\r\n"

    @Test func `what a client claims about itself is replaced`() throws {
        let backend = try recording()
        let balanced = try Balanced([backend.address])
        _ = try Client.get(balanced.address, "/", fields: Self.claims)
        let head = Answer(head: try #require(backend.requests.first))
        #expect(head.field("x-forwarded-for") == "127.0.0.1")
        #expect(head.field("x-forwarded-proto") == "http")
        #expect(head.field("x-forwarded-host") == "\(balanced.address)")
        #expect(head.field("x-real-ip") == nil)
        #expect(head.field("forwarded") == nil)
    }

    @Test(arguments: ["127.0.0.1", "127.0.0.0/8", "10.0.0.0/8,127.0.0.1"])
    func `what a trusted proxy says is passed on, and the client is the one it names`(
        trusted: String
    ) throws {
        let backend = try recording()
        let balanced = try Balanced([backend.address], ["--trust-proxy", trusted])
        _ = try Client.get(balanced.address, "/", fields: Self.claims)
        let head = Answer(head: try #require(backend.requests.first))
        #expect(head.field("x-forwarded-for") == "198.51.100.7, 10.1.2.3, 127.0.0.1")
        #expect(head.field("x-forwarded-proto") == "https")
        #expect(head.field("x-forwarded-host") == "example.org")
        #expect(head.field("x-real-ip") == "198.51.100.7")
        let line = try balanced.program.line(with: "\"GET / ")
        // Of the chain the last one that is not itself trusted.
        let client = trusted.hasPrefix("10.") ? "198.51.100.7" : "10.1.2.3"
        #expect(line.hasPrefix("\(client) "), "\(line)")
    }

    @Test func `a proxy from another network is not trusted`() throws {
        let backend = try recording()
        let balanced = try Balanced([backend.address], ["--trust-proxy", "192.0.2.0/24"])
        _ = try Client.get(balanced.address, "/", fields: Self.claims)
        let head = Answer(head: try #require(backend.requests.first))
        #expect(head.field("x-forwarded-for") == "127.0.0.1")
    }

    @Test func `Forwarded is written where it is asked for`() throws {
        let backend = try recording()
        let balanced = try Balanced([backend.address], ["--forwarded"])
        _ = try Client.get(balanced.address, "/", fields: "Forwarded: for=evil\r\n")
        let head = Answer(head: try #require(backend.requests.first))
        let expected = "for=127.0.0.1;proto=http;host=\"\(balanced.address)\""
        #expect(head.field("forwarded") == expected)
    }

    @Test(arguments: ["10.0.0.1/8", "10.0.0.0/33", "example.org", "10.0.0.0/"])
    func `what is no network is refused at the start`(text: String) throws {
        let told = try RunningProgram.run(
            "lb-balancer", ["--backend", "127.0.0.1:1", "--trust-proxy", text])
        #expect(told.code == 2)
        #expect(told.errors.contains(text))
    }
}
