import Basics
import Control
import Kernel
import Testing

@testable import lb_echo

/// The backend's name and place, in the bytes that every answer needs.
@Suite struct IdentityTests {
    private func identity(_ words: String...) throws -> Identity {
        Identity(try Settings(words + ["--port", "0"]), listeningOn: .loopback(port: 3001))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `a greeting names the backend, and its length is that of its head`() throws {
        let identity = try identity("--name", "web.1")
        #expect(identity.name == "web.1")
        #expect(text(identity.field) == "X-Backend: web.1\r\n")
        #expect(text(identity.greeting) == "Hello from web.1 (port 3001)\n")
        #expect(
            text(identity.greetingHead) == """
                HTTP/1.1 200 OK\r
                Content-Type: text/plain; charset=utf-8\r
                X-Backend: web.1\r
                Content-Length: 29\r

                """)
        #expect(identity.greeting.count == 29)
    }

    @Test func `a page tells the request, and no name can end its element`() throws {
        let identity = try identity("--name", "<b>&\"x")
        let page = identity.page(request: 7)
        #expect(page.contains("<h1>&lt;b&gt;&amp;\"x</h1>"))
        #expect(page.contains("<title>&lt;b&gt;&amp;\"x</title>"))
        #expect(page.contains("<p>port 3001, pid \(ThisProcess.pid), request 7</p>"))
        #expect(!page.contains("<b>"))
    }

    @Test func `each name has a colour that stays`() throws {
        func colour(_ name: String) throws -> Substring? {
            let page = try identity("--name", name).page(request: 1)
            return page.split(separator: "\n").first { $0.contains("hsl(") }
        }
        #expect(try colour("web.1") == colour("web.1"))
        #expect(try colour("web.1") != colour("web.2"))
    }
}

/// What all connections share.
@Suite struct BackendTests {
    private func backend(_ words: String...) throws -> Backend {
        Backend(try Settings(words + ["--port", "0"]), listeningOn: .loopback(port: 3001))
    }

    @Test func `no request fails unless that is asked for, and with a share of 1 every one`() throws
    {
        var sound = try backend()
        var broken = try backend("--error-rate", "1")
        for _ in 0..<100 {
            let (isSound, isBroken) = (!sound.drawsError(), broken.drawsError())
            #expect(isSound && isBroken)
        }
    }

    @Test(arguments: ["0.25", "0.01", "0.333", "1%", "99.9%"])
    func `of any number of requests in a row the share fails that was asked for`(
        rate: String
    ) throws {
        var backend = try backend("--error-rate", rate)
        let share = try #require(Share(fraction: rate))
        var count = 0
        for number in 1...4000 {
            if backend.drawsError() { count += 1 }
            #expect(count == number * Int(share.millionths) / 1_000_000)
        }
    }

    @Test func `what a supervisor says goes before the command line, until it says nothing`() throws
    {
        var backend = try backend("--error-rate", "1", "--latency", "20ms")
        backend.behave(EchoFaults(latency: .seconds(1), errorRate: .zero))
        let sound = !backend.drawsError()
        #expect(sound && backend.hold(.itself) == .seconds(1))
        #expect(backend.hold(.health) == Nanoseconds(0))
        backend.behave(EchoFaults())
        let broken = backend.drawsError()
        #expect(broken && backend.hold(.itself) == .milliseconds(20))
    }

    @Test func `a request waits the latency and its own delay, a health check neither`() throws {
        let backend = try backend("--latency", "20ms")
        let holds = [Route.itself, .delay(.milliseconds(5)), .health].map { backend.hold($0) }
        #expect(holds == [.milliseconds(20), .milliseconds(25), Nanoseconds(0)])
    }
}
