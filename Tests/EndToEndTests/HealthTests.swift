import Basics
import Kernel
import Synchronization
import TestSupport
import Testing

/// What active checks find out, and what follows from it.
@Suite struct HealthTests {
    private static let fast = ["--health-interval", "50ms", "--health-timeout", "300ms"]

    /// For those that are well: however busy the machine is, they are not taken for silent.
    private static let often = ["--health-interval", "5ms", "--health-timeout", "30s"]

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

    @Test func `a port where no process listens is found without asking for HTTP`() throws {
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

    @Test func `five checks go over one connection, the last one says so, then there is a new one`()
        throws
    {
        let lengths = Mutex<[Int]>([])
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            var count = 0
            while let request = try connection.request() {
                count += 1
                #expect(request.contains("Connection: close") == (count == 5))
                try connection.answer("")
            }
            lengths.withLock { $0.append(count) }
        }
        let balanced = try Balanced(
            [backend.address], Self.often + ["--health-check", "http:/health"])
        let isSeen = eventually { lengths.withLock { $0.count } >= 3 }
        #expect(isSeen)
        #expect(lengths.withLock { $0.prefix(3) } == [5, 5, 5])
        #expect(!balanced.program.errors.contains("is down"))
    }

    @Test func `a backend that ends idle connections is not taken for ill, and loses no request`()
        throws
    {
        let checks = Atomic(0)
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            guard let request = try connection.request() else { return }
            try connection.answer("fine")
            if request.hasPrefix("GET /health ") { checks.add(1, ordering: .relaxed) }
        }
        let balanced = try Balanced(
            [backend.address],
            Self.often + ["--health-check", "http:/health", "--fall", "1"])
        _ = eventually { checks.load(ordering: .relaxed) >= 20 }
        #expect(checks.load(ordering: .relaxed) >= 20)
        #expect(!balanced.program.errors.contains("is down"))
        #expect(try balanced.get("/").text == "fine")
    }

    @Test func `a backend that ends a check's connection later is looked at at once`() throws {
        let times = Mutex<[Instant]>([])
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            guard try connection.request() != nil else { return }
            times.withLock { $0.append(Clock.now()) }
            try connection.answer("")
            Poll.sleep(.milliseconds(20))
        }
        let balanced = try Balanced(
            [backend.address], ["--health-check", "http:/health", "--health-interval", "8s"])
        let isSeen = eventually { times.withLock { $0.count } >= 2 }
        #expect(isSeen)
        let seen = times.withLock { $0 }
        #expect(seen[1].since(seen[0]) < .seconds(4))
        withExtendedLifetime(balanced) {}
    }

    @Test func `a check that only connects is not heard of by the program`() throws {
        let accepted = Atomic(0)
        let backend = try ScriptedBackend { (connection) throws(Failure) in
            accepted.add(1, ordering: .relaxed)
            while try connection.request() != nil { try connection.answer("served") }
        }
        let closed = try Balanced.closedPort()
        let balanced = try Balanced(
            ["\(backend.address),name=open", "\(closed),name=closed"],
            Self.often + ["--health-check", "tcp"])
        // By then the other has been checked three times too.
        _ = try balanced.program.line(with: "closed is down", in: .errors)
        #expect(accepted.load(ordering: .relaxed) == 0)
        #expect(try balanced.get("/").text == "served")
        #expect(!balanced.program.errors.contains("open is down"))
    }

    @Test func `when all checks fail the log says so once, and requests are answered`() throws {
        let service = try Service(
            ["--backends", "2", "--health-check", "http:/status/500", "--health-interval", "50ms"])
        try service.awaitSentence("the checks of all backends fail: all are tried")
        #expect(try service.get().status == 200)
        let said = try service.sentences().count { $0.contains("the checks of all") }
        #expect(said == 1)
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
