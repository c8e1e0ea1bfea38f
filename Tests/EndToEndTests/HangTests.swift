import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// A backend that is there and does not answer costs no request that can be served elsewhere.
@Suite struct HangTests {
    @Test func `requests that a stopped backend has are answered by others, POSTs wait`() throws {
        let service = try Service(["--backends", "2"])
        var readers: [Client] = []
        var writers: [Client] = []
        for number in 0..<8 {
            let client = try Client(service.address)
            if number % 4 < 2 {
                try client.send("GET /delay/2 HTTP/1.1\r\nHost: a\r\n\r\n")
                readers.append(client)
            } else {
                try client.send(
                    "POST /delay/2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
                writers.append(client)
            }
        }
        try service.awaitActive(8)
        #expect(try service.run("pause", ["backend.1"]).code == 0)
        // Half of them were with the stopped one.
        for client in readers {
            let answer = try client.answer()
            #expect(answer.status == 200)
            #expect(answer.field("x-backend") == "backend.2")
        }
        #expect(try service.active() >= 1)
        #expect(try service.run("resume", ["backend.1"]).code == 0)
        for client in writers { #expect(try client.answer().status == 200) }
    }

    @Test func `a backend that hangs is found long before a request's time is over`() throws {
        let hangs = Atomic(false)
        let hanging = try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil {
                if hangs.load(ordering: .acquiring) {
                    try connection.awaitEnd()
                    return
                }
                try connection.answer("one")
            }
        }
        let healthy = try ScriptedBackend { (connection) throws(Failure) in
            while try connection.request() != nil { try connection.answer("two") }
        }
        // The usual checks would need an hour, the time-out a minute.
        let balanced = try Balanced(
            ["\(hanging.address),name=one", "\(healthy.address),name=two"],
            [
                "--health-check", "http:/health", "--health-interval", "20m",
                "--timeout-response", "60s",
            ])
        for _ in 0..<200 { #expect(try balanced.get("/").status == 200) }
        hangs.store(true, ordering: .releasing)
        let began = Clock.now()
        for _ in 0..<4 { #expect(try balanced.get("/").text == "two") }
        #expect(Clock.now().since(began) < .seconds(30))
        let told = try balanced.program.line(with: "one is down", in: .errors)
        #expect(told.contains("did not answer a check in time"))
    }

    @Test func `a slow answer condemns no backend`() throws {
        let service = try Service(["--backends", "1"])
        for _ in 0..<100 { _ = try service.get() }
        // Many times as long as usual: it is looked at, and found to be well.
        #expect(try service.get("/delay/2").status == 200)
        #expect(try !service.sentences().contains { $0.contains("taken for down") })
    }
}
