import Basics
import Kernel
import Synchronization
import Testing

/// What active checks find out, and what follows from it.
@Suite struct HealthTests {
    private static let fast = ["--health-interval", "50ms", "--health-timeout", "300ms"]

    /// A backend whose answer to a check can be changed.
    private final class Patient: Sendable {
        let status = Atomic<Int>(200)
        let isSilent = Atomic<Bool>(false)

        func backend(_ name: String) throws(Failure) -> ScriptedBackend {
            try ScriptedBackend { (connection) throws(Failure) in
                while let request = try connection.request() {
                    if !request.hasPrefix("GET /health ") {
                        try connection.answer(name)
                        continue
                    }
                    if self.isSilent.load(ordering: .relaxed) { return try connection.awaitEnd() }
                    let status = self.status.load(ordering: .relaxed)
                    try connection.send("HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n")
                }
            }
        }
    }

    private func names(_ balanced: Balanced, _ count: Int = 6) throws -> Set<String> {
        var names: Set<String> = []
        for _ in 0..<count { names.insert(try balanced.get("/").text) }
        return names
    }

    @Test func `a backend that says it is ill gets no requests until it is well again`() throws {
        let ill = Patient()
        let well = Patient()
        let first = try ill.backend("first")
        let second = try well.backend("second")
        let balanced = try Balanced(
            [first.address, second.address], ["--health-check", "http:/health"] + Self.fast)
        #expect(try names(balanced) == ["first", "second"])
        ill.status.store(503, ordering: .relaxed)
        let down = try balanced.program.line(with: "is down", in: .errors)
        #expect(down.contains("\(first.address)"))
        #expect(down.contains("it answered a check with 503"))
        #expect(try names(balanced) == ["second"])
        ill.status.store(200, ordering: .relaxed)
        _ = try balanced.program.line(with: "is up", in: .errors)
        #expect(try names(balanced) == ["first", "second"])
    }

    @Test func `a backend that is silent is found by its checks`() throws {
        let hung = Patient()
        let well = Patient()
        let first = try hung.backend("first")
        let second = try well.backend("second")
        let balanced = try Balanced(
            [first.address, second.address], ["--health-check", "http:/health"] + Self.fast)
        hung.isSilent.store(true, ordering: .relaxed)
        let down = try balanced.program.line(with: "is down", in: .errors)
        #expect(down.contains("did not answer a check in time"))
        #expect(try names(balanced) == ["second"])
    }

    @Test func `a port where nobody listens is found without asking for HTTP`() throws {
        let echoes = try Echoes(1)
        let closed = try Balanced.closedPort()
        let balanced = try Balanced([closed, echoes.addresses[0]], Self.fast)
        let down = try balanced.program.line(with: "is down", in: .errors)
        #expect(down.contains("\(closed)"))
        for _ in 0..<4 { #expect(try balanced.get("/").status == 200) }
    }

    @Test func `when all are ill all are tried`() throws {
        let ill = Patient()
        ill.status.store(500, ordering: .relaxed)
        let backend = try ill.backend("still here")
        let balanced = try Balanced(
            [backend.address], ["--health-check", "http:/health"] + Self.fast)
        _ = try balanced.program.line(with: "is down", in: .errors)
        #expect(try balanced.get("/").text == "still here")
    }

    @Test func `no check is made where none is wanted`() throws {
        let backend = try Patient().backend("plain")
        let balanced = try Balanced(
            [backend.address], ["--health-check", "off", "--health-interval", "10ms"])
        for _ in 0..<20 {
            #expect(try balanced.get("/").text == "plain")
            Poll.sleep(.milliseconds(5))
        }
        #expect(backend.requests.allSatisfy { !$0.contains("lbctl-health") })
        #expect(backend.requests.count == 20)
    }
}
