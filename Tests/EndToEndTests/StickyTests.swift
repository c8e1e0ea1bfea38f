import Basics
import Kernel
import Testing

/// Clients that stay on their backend.
@Suite struct StickyTests {
    private func backend(_ address: Address, _ fields: String = "") throws -> String? {
        try Client.get(address, "/", fields: fields).field("x-backend")
    }

    @Test func `an address stays where it is, others go elsewhere`() throws {
        let echoes = try Echoes(3)
        let balanced = try Balanced(
            echoes.addresses, ["--sticky", "10m", "--trust-proxy", "127.0.0.0/8"])
        var places: Set<String> = []
        for number in 1...6 {
            let client = "X-Forwarded-For: 192.0.2.\(number)\r\n"
            let place = try #require(try backend(balanced.address, client))
            for _ in 0..<5 { #expect(try backend(balanced.address, client) == place) }
            places.insert(place)
        }
        #expect(places.count == 3)
    }

    @Test func `a client that comes back after the window is free again`() throws {
        let echoes = try Echoes(2)
        let balanced = try Balanced(echoes.addresses, ["--sticky", "20ms"])
        var places: Set<String> = []
        for _ in 0..<2 {
            places.insert(try #require(try backend(balanced.address)))
            Poll.sleep(.milliseconds(60))
        }
        #expect(places.count == 2)
    }

    @Test func `a client whose backend is gone has another one and stays there`() throws {
        let service = try Service(["--backends", "3", "--sticky", "10m"])
        let first = try #require(try backend(service.address))
        #expect(try service.run("stop", [first]).code == 0)
        let second = try #require(try backend(service.address))
        #expect(second != first)
        #expect(try service.run("start", ["--wait", first]).code == 0)
        try service.await(first) { $0.state == "ready" }
        for _ in 0..<4 { #expect(try backend(service.address) == second) }
    }

    @Test func `the place is the same for all balancers, and outlives them`() throws {
        let service = try Service(["--backends", "3", "--balancers", "2", "--sticky", "10m"])
        let place = try #require(try backend(service.address))
        for _ in 0..<12 { #expect(try backend(service.address) == place) }
        #expect(try service.run("kill", ["balancer.1", "balancer.2"]).code == 0)
        for name in ["balancer.1", "balancer.2"] {
            try service.await(name) { $0.state == "ready" }
        }
        #expect(try backend(service.address) == place)
    }

    @Test func `a cookie brings its client back, over a restart of the backend too`() throws {
        let service = try Service(["--backends", "3", "--sticky", "cookie"])
        let answer = try service.get()
        let place = try #require(answer.field("x-backend"))
        let cookie = try #require(answer.field("set-cookie"))
        #expect(cookie.hasPrefix("lbctl-\(service.address.port ?? 0)="))
        #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Lax"))
        let pair = cookie.prefix { $0 != ";" }
        let field = "Cookie: other=1; \(pair); more=2\r\n"
        for _ in 0..<6 {
            let again = try Client.get(service.address, "/", fields: field)
            #expect(again.field("x-backend") == place)
            // A client that has it need not be given it again.
            #expect(again.field("set-cookie") == nil)
        }
        #expect(try service.run("restart", ["--wait", place]).code == 0)
        try service.await(place) { $0.state == "ready" }
        #expect(try backend(service.address, field) == place)
        // While it is away its clients are served by others, and are told their new place.
        #expect(try service.run("stop", [place]).code == 0)
        let elsewhere = try Client.get(service.address, "/", fields: field)
        #expect(elsewhere.status == 200 && elsewhere.field("x-backend") != place)
        #expect(elsewhere.field("set-cookie") != nil)
    }

    @Test(arguments: ["0000000000000000", "", "x", "0123456789abcdef0"])
    func `a cookie that was never given says nothing`(value: String) throws {
        let echoes = try Echoes(2)
        let balanced = try Balanced(echoes.addresses, ["--sticky", "cookie"])
        let port = balanced.address.port ?? 0
        var places: Set<String> = []
        for _ in 0..<4 {
            let answer = try Client.get(
                balanced.address, "/", fields: "Cookie: lbctl-\(port)=\(value)\r\n")
            #expect(answer.field("set-cookie") != nil)
            places.insert(answer.field("x-backend") ?? "")
        }
        #expect(places.count == 2)
    }
}
