import Kernel
import TestSupport
import Testing

/// The three programs without lbctl, as in three terminals.
@Suite struct ByHandTests {
    @Test(arguments: [
        ["--weight", "nobody=3"], ["--timeout-client", "0s"], ["--health-interval", "0s"],
        ["--trust-proxy", "10.0.0.0/40"], ["--backend", "127.0.0.1:1,name=a", "--weight", "b=1"],
        ["--backend", "127.0.0.1:1,name=a", "--backend", "127.0.0.1:2,name=a"],
    ])
    func `what can't be meant is refused before anything starts`(words: [String]) throws {
        let program = try RunningProgram(
            "lb-balancer", ["--listen", "127.0.0.1:0", "--backend", "127.0.0.1:9"] + words)
        let ending = try program.end()
        #expect(ending.cause == .exited(code: 2), "\(program.errors)")
        #expect(program.errors.hasPrefix("lb-balancer: "))
    }

    @Test(arguments: ["", ":", "localhost:"])
    func `a port alone is this machine, to listen and to connect to`(
        prefix: String
    ) throws {
        let echoes = try Echoes(1)
        let port = try #require(echoes.addresses[0].port)
        let program = try RunningProgram(
            "lb-balancer", ["--listen", "\(prefix)0", "--backend", "\(prefix)\(port)"])
        let line = try program.line(with: "listening on 127.0.0.1:", in: .errors)
        let address = try #require(Address(String(line.split(separator: " ").last ?? "")))
        #expect(try Client.get(address, "/").field("x-backend") == "echo.1")
        let access = try program.line(with: "GET / HTTP/1.1")
        #expect(access.contains(" localhost:\(port) "), "\(access)")
        // Both loopbacks have the same port, also where the kernel chose it.
        let six = Address.loopback6(port: try #require(address.port))
        if program.errors.contains("listening on [::1]") {
            #expect(try Client.get(six, "/").status == 200)
        }
    }

    @Test func `a backend on localhost is found where it is after each start`() throws {
        let port = try ReservedPort.any()
        let balanced = try Balanced(
            ["localhost:\(port)"],
            ["--health-interval", "50ms", "--health-check", "http:/", "--fall", "1"])
        for (turn, host) in ["127.0.0.1", "::1", "127.0.0.1"].enumerated() {
            let address = try #require(Address(host: host, port: port))
            guard (try? Socket.reserve(address)) != nil else { return }
            let backend = try RunningProgram(
                "lb-echo", ["--host", host, "--port", "\(port)", "--name", "echo.\(turn)"])
            let isFound = eventually {
                (try? balanced.get("/"))?.field("x-backend") == "echo.\(turn)"
            }
            #expect(isFound, "\(host)")
            // The checks find it too, each time after they had lost it.
            #expect(
                eventually { balanced.count("is up") == balanced.count("is down") },
                "\(host): \(balanced.program.errors)")
            #expect(try backend.stop().cause == .exited(code: 0))
            // No answer where no process listens.
            #expect(try balanced.get("/").status >= 500)
            // A next one that starts between two checks would hide that this one is gone.
            #expect(
                eventually { balanced.count("is down") > balanced.count("is up") },
                "\(host): \(balanced.program.errors)")
        }
    }

    @Test func `a balancer goes on when it is asked to read its settings again`() throws {
        let echoes = try Echoes(1)
        let balanced = try Balanced(echoes.addresses)
        balanced.program.send(.hangUp)
        for _ in 0..<20 { #expect(try balanced.get("/").status == 200) }
        #expect(balanced.program.ending == nil)
    }

    @Test func `two echoes and a balancer take turns, and one killed comes back`() throws {
        let first = try RunningProgram("lb-echo", ["--port", "0", "--name", "first"])
        let port = try ReservedPort.any()
        let second = try RunningProgram("lb-echo", ["--port", "\(port)", "--name", "second"])
        let balanced = try Balanced([try first.address(), try second.address()])
        var seen: [String: Int] = [:]
        for _ in 0..<10 { seen[try balanced.get("/").field("x-backend") ?? "", default: 0] += 1 }
        #expect(seen == ["first": 5, "second": 5])
        second.send(.kill)
        _ = try second.end()
        for _ in 0..<10 { #expect(try balanced.get("/").field("x-backend") == "first") }
        let third = try RunningProgram("lb-echo", ["--port", "\(port)", "--name", "third"])
        _ = try third.address()
        let isBack = eventually {
            (try? balanced.get("/"))?.field("x-backend") == "third"
        }
        #expect(isBack)
    }

    @Test func `each of them ends by itself when it is asked to`() throws {
        let echoes = try Echoes(1)
        let balanced = try Balanced(echoes.addresses)
        #expect(try balanced.get("/").status == 200)
        #expect(try balanced.program.stop().cause == .exited(code: 0))
        #expect(try echoes.programs[0].stop().cause == .exited(code: 0))
    }
}
