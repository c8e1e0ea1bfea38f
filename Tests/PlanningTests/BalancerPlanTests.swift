import Basics
import Control
import Kernel
import Testing

@testable import Planning

@Suite("What the balancer is")
struct BalancerPlanTests {
    private func plan(
        _ command: ByteString, place: String = "Procfile:1",
        _ set: (inout Topology.Flags) -> Void = { _ in }
    ) throws -> BalancerPlan {
        var flags = Topology.Flags()
        set(&flags)
        return try BalancerPlan(
            Procfile.Line(type: "balancer", command: command, place: place), flags,
            CommandReader(environment: EnvironmentFile("AT=9191\n")))
    }

    private static func both(_ port: UInt16) -> [Address] {
        [.loopback(port: port), .loopback6(port: port)]
    }

    @Test(
        arguments: [
            ("", both(8080)), ("--listen 9090", both(9090)), ("--listen :9090", both(9090)),
            ("--listen localhost:9090", both(9090)), ("--listen=0", both(0)),
            ("--listen ${AT}", both(9191)), ("--listen 127.0.0.1:80", [.loopback(port: 80)]),
            (
                "--listen [::1]:80 --listen 127.0.0.1:81",
                [.loopback6(port: 80), .loopback(port: 81)]
            ),
            ("--listen 0.0.0.0:80", [.inet(0, port: 80)]),
            ("--listen unix:/run/x.sock", [.unix("/run/x.sock")]),
        ] as [(ByteString, [Address])])
    func `it listens where its line says`(words: ByteString, listen: [Address]) throws {
        let plan = try plan("lb-balancer \(words)")
        #expect(plan.listen == listen)
        #expect(plan.port == listen[0].port ?? 0)
    }

    @Test(
        arguments: [
            (nil, 7000, both(7000)), ("127.0.0.1", 7000, [.loopback(port: 7000)]),
            ("::1", 7000, [.loopback6(port: 7000)]), ("[::1]", 7000, [.loopback6(port: 7000)]),
            ("localhost", nil, both(8080)), ("LocalHost", 7000, both(7000)),
            ("0.0.0.0", nil, [.inet(0, port: 8080)]),
        ] as [(String?, UInt16?, [Address])])
    func `a flag goes before the line`(host: String?, port: UInt16?, listen: [Address]) throws {
        let plan = try plan("lb-balancer --listen 9090") {
            $0.host = host
            $0.port = port
        }
        #expect(plan.listen == listen)
    }

    @Test(arguments: ["nonsense", "1.2.3:80", "99999", "localhost:", "+80", "example.org:80"])
    func `what is no address is refused with the line and an example`(text: ByteString) {
        let refusal = #expect(throws: Refusal.self) { try plan("lb-balancer --listen \(text)") }
        #expect(refusal?.what == "Procfile:1 can't be used")
        #expect(refusal?.why.hasSuffix("not '\(text.text)'") == true)
        #expect(refusal?.advice.contains("as in --listen") == true)
    }

    @Test(arguments: ["example.org", "1.2.3", "", "127.0.0.1:80"])
    func `a host that is no address is refused`(host: String) {
        let refusal = #expect(throws: Refusal.self) { try plan("lb-balancer") { $0.host = host } }
        #expect(refusal?.what == "the balancer can't listen on '\(host)'")
    }

    @Test(
        arguments: [
            "8080 --listen 127.0.0.1:8080", "[::1]:8080 --listen localhost:8080", "1 --listen :1",
        ] as [ByteString])
    func `an address that is named twice is refused`(words: ByteString) {
        let refusal = #expect(throws: Refusal.self) { try plan("lb-balancer --listen \(words)") }
        #expect(refusal?.what == "Procfile:1 can't be used")
        #expect(refusal?.why.hasSuffix(" twice") == true)
    }

    @Test
    func `any port twice is two ports`() throws {
        #expect(try plan("lb-balancer --listen 0 --listen 0").listen == Self.both(0) + Self.both(0))
    }

    @Test
    func `flags stand behind the words of the line, and so go before them`() throws {
        let plan = try plan("lb-balancer --retries 1 --rise 3") { $0.balancer = ["--retries=4"] }
        #expect(plan.command?.options.retries == 4)
        #expect(plan.command?.options.rise == 3)
        #expect(
            plan.command?.words == ["lb-balancer", "--retries", "1", "--rise", "3", "--retries=4"])
    }

    @Test
    func `another program is run with the balancer's port, and told nothing`() throws {
        let plan = try plan("haproxy -p $PORT --listen nonsense") {
            $0.port = 90
            $0.balancer = ["--retries=4"]
        }
        #expect(
            plan.program == .foreign(["haproxy", "-p", "90", "--listen", "nonsense"], port: 90))
        #expect(plan.command == nil && plan.listen == [] && plan.port == 90)
        #expect(
            plan.notices
                == ["the balancer is not lb-balancer: it is run, and nothing is told to it"])
    }

    @Test
    func `backends that the line names are left out, and that is told`() throws {
        #expect(try plan("/x/lb-balancer").notices == [])
        #expect(
            try plan("lb-balancer --backend 3000").notices == [
                "Procfile:1: --backend is left out: the copies of 'backend' or 'web' are meant"
            ])
    }

    @Test(arguments: ["lb-balancer --nonsense", "lb-balancer 'x", "lb-balancer --ban 3s"])
    func `a line that can't be used is named`(command: ByteString) {
        let refusal = #expect(throws: Refusal.self) { try plan(command, place: "app/Procfile:7") }
        #expect(refusal?.what.hasPrefix("app/Procfile:7 can't be used") == true)
    }

    @Test
    func `a weight for no backend is told, one for all is not`() throws {
        let plan = try plan(
            "lb-balancer --weight all=1 --weight web.1=2 --weight 3000=3 --weight x=4")
        let child = ChildPlan(
            name: "web.1", type: "web", role: .backend, port: 3000, words: ["a"], rule: .always)
        #expect(
            plan.unusedWeights(among: [child])
                == ["--weight x=4 is for no backend that is there; it counts for one that comes"])
        #expect(plan.unusedWeights(among: []).count == 3)
    }
}
