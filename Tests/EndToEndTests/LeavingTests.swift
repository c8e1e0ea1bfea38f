import Kernel
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

    @Test func `Ctrl-C under load breaks no request that had begun`() throws {
        let service = try Service()
        let load = try Load(on: service.address, clients: 8, path: "/delay/0.01", until: .refused)
        service.guardian.send(.interrupt)
        let account = try load.outcome()
        #expect(try service.end() == .exited(code: 0))
        #expect(account.unwanted.isEmpty, "\(account)")
        #expect(account.brokenOff == 0, "\(account)")
        #expect(service.place.processes() == [])
    }

    @Test func `a second Ctrl-C ends it at once with 130`() throws {
        let service = try Service(["--backends", "1"])
        let client = try slowRequest(service, "/delay/300")
        service.guardian.send(.interrupt)
        _ = try service.guardian.line(with: "Ctrl-C again", in: .errors)
        #expect(try service.row("backend.1").state == "ready")
        service.guardian.send(.interrupt)
        #expect(try service.end() == .exited(code: 130))
        #expect(client.isClosed())
        #expect(service.place.processes() == [])
        #expect(service.place.runtimeFiles() == [])
    }

    @Test func `down kills what takes longer than it is given`() throws {
        let service = try Service(["--backends", "1"])
        let client = try slowRequest(service, "/delay/300")
        #expect(try service.run("down", ["-t", "0"]).code == 0)
        #expect(client.isClosed())
        #expect(try service.end() == .exited(code: 0))
        #expect(service.place.leftOver() == [])
    }
}
