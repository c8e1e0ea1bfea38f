import Kernel
import TestSupport
import Testing

/// How a service ends when it is asked to.
@Suite struct LeavingTests {
    /// A request that takes its time, and that a backend has in hand.
    private func slowRequest(_ service: Service, _ path: String) throws -> Client {
        let client = try Client(service.address)
        try client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        try service.awaitActive(1)
        return client
    }

    @Test(arguments: [Signal.interrupt, .terminate, .hangUp])
    func `a request in hand is answered, then all ends`(signal: Signal) throws {
        let service = try Service(["--backends", "2"])
        let client = try slowRequest(service, "/delay/1.5")
        service.guardian.send(signal)
        #expect(try client.answer().status == 200)
        #expect(try service.end() == .exited(code: 0))
        #expect(service.place.processes() == [])
        #expect(service.place.runtimeFiles() == [])
    }

    @Test func `a client that comes while it ends is refused and does not wait in vain`() throws {
        let service = try Service(["--backends", "1"])
        let client = try slowRequest(service, "/delay/300")
        service.guardian.send(.interrupt)
        let address = service.address
        let isRefused = eventually {
            do throws(Failure) {
                _ = try Client(address)
                return false
            } catch { return error.description.contains("refused") }
        }
        #expect(isRefused)
        // All this while the first one has not been sent away.
        #expect(try service.row("backend.1").active == 1)
        Poll.sleep(.milliseconds(150))
        service.guardian.send(.interrupt)
        _ = try service.end()
        #expect(try client.answer().status == 503)
        #expect(client.isClosed())
    }

    @Test func `after Ctrl-C under load every request that was taken in has its answer`() throws {
        let service = try Service()
        let load = try Load(on: service.address, clients: 8, path: "/delay/0.01", until: .refused)
        service.guardian.send(.interrupt)
        let account = try load.outcome()
        #expect(try service.end() == .exited(code: 0))
        #expect(service.place.processes() == [])
        #expect(account.unwanted.isEmpty, "\(account)")
        // What was still on its way when an idle connection was closed was never accepted: the
        // balancer tells of no more requests than clients tell of answers.
        let lines = try service.place.records(["balancer"]).compactMap { $0["text"].text }
        let taken = lines.filter { $0.contains("\"GET /delay/0.01 HTTP/1.1\"") }
        #expect(taken.count == account.answered, "\(account)")
        #expect(taken.allSatisfy { $0.contains("\" 200 ") })
        let halves = account.reasons.filter { $0.hasPrefix("the end came after ") }
        #expect(halves.allSatisfy { $0.hasPrefix("the end came after 0 bytes") }, "\(account)")
        #expect(try !service.sentences().contains { $0.contains("did not end in time") })
    }

    @Test func `one Ctrl-C that comes twice, to the process and to its group, is one`() throws {
        let service = try Service(["--backends", "1"])
        let client = try slowRequest(service, "/delay/0.5")
        service.guardian.send(.interrupt)
        service.guardian.send(.interrupt)
        #expect(try client.answer().status == 200)
        #expect(try service.end() == .exited(code: 0))
    }

    @Test func `a second Ctrl-C ends it at once with 130`() throws {
        let service = try Service(["--backends", "1"])
        let client = try slowRequest(service, "/delay/300")
        service.guardian.send(.interrupt)
        _ = try service.guardian.line(with: "Ctrl-C again", in: .errors)
        #expect(try service.row("backend.1").state == "ready")
        // What comes right behind the first is taken for the same one.
        Poll.sleep(.milliseconds(150))
        service.guardian.send(.interrupt)
        #expect(try service.end() == .exited(code: 130))
        #expect(try client.answer().status == 503)
        #expect(client.isClosed())
        #expect(service.place.processes() == [])
        #expect(service.place.runtimeFiles() == [])
    }

    @Test func `when its lines can't be seen any more it ends`() throws {
        let place = try Place()
        let words = place.ups.joined(separator: " ")
        let program = try RunningProgram(
            "/bin/sh",
            ["-c", "\(Programs.path("lbctl")) up \(words) --name \(place.name) | head -n 1"],
            environment: place.environment, directory: place.directory)
        _ = try program.line(with: " runs '")
        // It hears of that only when it has something to say.
        let isOver = eventually {
            if let port = try? place.rows().first?.port {
                _ = try? Client.get(.loopback(port: port), "/")
            }
            return place.processes().isEmpty
        }
        #expect(isOver)
        #expect(place.runtimeFiles() == [])
    }

    @Test func `down kills what takes longer than it is given`() throws {
        let service = try Service(["--backends", "1"])
        let client = try slowRequest(service, "/delay/300")
        #expect(try service.run("down", ["-t", "0"]).code == 0)
        #expect(try client.answer().status == 503)
        #expect(client.isClosed())
        #expect(try service.end() == .exited(code: 0))
        #expect(service.place.leftOver() == [])
    }

    @Test(arguments: [["down"], ["stop", "balancer"], []])
    func `the balancer has the time of its draining, however short that of the others is`(
        verb: [String]
    ) throws {
        let service = try Service(["--backends", "1", "--stop-timeout", "300ms"])
        let client = try slowRequest(service, "/delay/2")
        if verb.isEmpty {
            service.guardian.send(.interrupt)
        } else {
            #expect(try service.run(verb[0], Array(verb.dropFirst())).code == 0)
        }
        #expect(try client.answer().status == 200)
        service.guardian.send(.interrupt)
        _ = try service.end()
        try #expect(lines(service).contains { $0.contains("\"GET /delay/2 HTTP/1.1\" 200 ") })
        #expect(try !service.sentences().contains { $0.contains("did not end in time") })
    }

    private func lines(_ service: Service) throws -> [String] {
        try service.place.records(["balancer"]).compactMap { $0["text"].text }
    }

    @Test(arguments: [
        ["--drain-timeout", "500ms", "down"], ["down", "-t", "1"], ["down", "-t", "0"],
    ])
    func `what the balancer can't wait for any longer is answered by it, and logged`(
        words: [String]
    ) throws {
        let verb = try #require(words.firstIndex(of: "down"))
        let service = try Service(["--backends", "1"] + words[..<verb])
        let client = try slowRequest(service, "/delay/300")
        let half = try Client(service.address)
        try half.send(
            "POST /delay/300 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
        try service.awaitActive(2)
        #expect(try service.run("down", Array(words[(verb + 1)...])).code == 0)
        for answer in [try client.answer(), try half.answer()] {
            #expect(answer.status == 503)
            #expect(answer.field("connection") == "close")
            #expect(answer.text.contains("is being stopped"), "\(answer.text)")
        }
        _ = try service.end()
        let told = try lines(service).filter {
            $0.contains("/delay/300 HTTP/1.1\" 503 ") && $0.contains("error=balancer_left")
        }
        #expect(told.count == 2, "\(told)")
        let late = try service.sentences().filter { $0.contains("did not end in time") }
        #expect(!late.contains { $0.hasPrefix("balancer") }, "\(late)")
        #expect(service.place.leftOver() == [])
    }

    @Test(arguments: [["-t", "1"], ["-t", "0"]])
    func `half of a response or of a stream ends in a reset`(words: [String]) throws {
        let service = try Service(["--backends", "1"])
        let client = try slowRequest(service, "/stream/1000000000")
        _ = try client.some()
        #expect(try service.run("down", words).code == 0)
        try expectReset(client)
        _ = try service.end()
        try #expect(lines(service).contains { $0.contains("error=balancer_left") })
        let stream = try Service(["--backends", "1", "--mode", "tcp"])
        let second = try Client(stream.address)
        try second.send("said")
        #expect(try second.some() == Array("said".utf8))
        #expect(try stream.run("down", words).code == 0)
        try expectReset(second)
        _ = try stream.end()
        try #expect(lines(stream).contains { $0.hasSuffix(" end=balancer_left") })
    }

    private func expectReset(_ client: Client) throws {
        let failure = #expect(throws: Failure.self) { _ = try client.rest() }
        let words = failure?.description ?? "no failure"
        #expect(words.hasPrefix("receive: "), "\(words)")
    }
}
