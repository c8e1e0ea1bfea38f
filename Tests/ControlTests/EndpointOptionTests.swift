import Basics
import Testing

@testable import Control

/// `--listen` and `--backend` are read alike on every command line, and a value that is no endpoint
/// is refused with what to write instead.
@Suite struct EndpointOptionTests {
    private static let values: [(String, Endpoint)] = [
        ("8080", .local(port: 8080)), (":8080", .local(port: 8080)),
        ("localhost:8080", .local(port: 8080)),
        ("127.0.0.1:8080", .internet(.v4(0x7F00_0001), port: 8080)),
        ("[::1]:8080", .internet(.v6(high: 0, low: 1), port: 8080)),
        ("unix:/run/x.sock", .path("/run/x.sock")),
    ]

    @Test(arguments: values)
    func `both options take the same values`(text: String, endpoint: Endpoint) throws {
        #expect(try BalancerOptions(words: ["--listen", text]).listen == [endpoint])
        #expect(try BalancerOptions(words: ["--listen=\(text)"]).listen == [endpoint])
        let backends = try BalancerOptions(words: ["--backend", text + ",name=a,weight=2"]).backends
        #expect(backends.map(\.endpoint) == [endpoint])
        #expect(backends.first?.name == "a" && backends.first?.weight == 2)
    }

    @Test(arguments: [
        ("listen", "127.0.0.1", "a port belongs behind it, as in --listen 127.0.0.1:8080"),
        ("listen", "::1", "a port belongs behind it, as in --listen [::1]:8080"),
        ("backend", "[fe80::1]", "a port belongs behind it, as in --backend [fe80::1]:3000"),
        (
            "listen", "example.org:80",
            "names are not looked up: give the address itself, as in --listen 127.0.0.1:8080"
        ),
        (
            "backend", "db:5432",
            "names are not looked up: give the address itself, as in --backend 10.0.0.5:3000"
        ),
        ("listen", "nonsense", "as in --listen 8080 or --listen 127.0.0.1:8080"),
        ("listen", "99999", "as in --listen 8080 or --listen 127.0.0.1:8080"),
        ("listen", "", "as in --listen 8080 or --listen 127.0.0.1:8080"),
        ("backend", "0", "as in --backend 3000 or --backend 10.0.0.5:3000"),
        ("backend", "127.0.0.1:0", "as in --backend 3000 or --backend 10.0.0.5:3000"),
        ("backend", "localhost:", "as in --backend 3000 or --backend 10.0.0.5:3000"),
    ])
    func `what is no endpoint is refused with what to write instead`(
        option: String, text: String, hint: String
    ) {
        let error = #expect(throws: UsageError.self) {
            try BalancerOptions(words: ["--\(option)=\(text)"])
        }
        #expect(
            error?.message
                == "--\(option) takes a port, or ADDR:PORT with a numeric address or localhost, "
                + "not '\(text)'")
        #expect(error?.hint == hint)
    }

    @Test(arguments: [
        ["--listen", "8080", "--listen", "127.0.0.1:8080"],
        ["--listen", "[::1]:80", "--listen", ":80"], ["--listen=1", "--listen=localhost:1"],
        ["--listen", "unix:/x", "--listen", "unix:/x"],
    ])
    func `an address that is named twice is refused`(words: [String]) throws {
        let options = try BalancerOptions(words: words)
        let error = #expect(throws: UsageError.self) { try options.refuseContradictions() }
        #expect(error?.hint == "leave out one --listen; a bare port stands for both loopbacks")
    }

    @Test func `a port of the kernel's choice may be asked for twice`() throws {
        try BalancerOptions(words: ["--listen", "0", "--listen", ":0"]).refuseContradictions()
        try BalancerOptions(words: ["--listen", "1", "--listen", "2"]).refuseContradictions()
    }

    @Test func `a weight is that of a name, a type or a port, the last one said`() throws {
        let options = try BalancerOptions(
            words: ["--weight", "all=2", "--weight", "3000=3", "--weight", "web=4"])
        #expect(options.weight(name: "web.1", type: "web", port: 3000) == 4)
        #expect(options.weight(name: "x", type: "y", port: 3000) == 3)
        #expect(options.weight(name: "x", type: "y", port: 1) == 2)
        #expect(BalancerOptions().weight(name: "x", type: "y", port: 1) == nil)
    }
}
