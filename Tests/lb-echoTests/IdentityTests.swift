import Basics
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

    @Test func `about the share fails that was asked for`() throws {
        var backend = try backend("--error-rate", "0.25")
        var count = 0
        for _ in 0..<40_000 where backend.drawsError() { count += 1 }
        // Eleven times the standard deviation.
        #expect(abs(count - 10_000) < 1000, "\(count)")
    }

    @Test func `a request waits the latency and its own delay, a health check neither`() throws {
        let backend = try backend("--latency", "20ms")
        let holds = [Route.itself, .delay(.milliseconds(5)), .health].map { backend.hold($0) }
        #expect(holds == [.milliseconds(20), .milliseconds(25), Nanoseconds(0)])
    }
}
