import Kernel
import TestSupport
import Testing

/// What is promised of a service that grows and shrinks while it is used.
@Suite struct ScaleTests {
    private func backends(_ service: Service) throws -> [Row] {
        try service.rows().filter { $0.type == "backend" }
    }

    @Test func `from three to eight and down to two, no request notices`() throws {
        let service = try Service()
        let gets = try Load(on: service.address, clients: 4, path: "/delay/0.002")
        let posts = try Load(on: service.address, clients: 4, method: "POST", body: "x")
        let first = try backends(service)
        let grown = try service.run("scale", ["8", "--format", "json"])
        #expect(grown.code == 0, "\(grown.errors)")
        let told = try JSON(grown.output).items
        // In the order in which they became ready.
        #expect(told.compactMap { $0["name"].text }.sorted() == (4...8).map { "backend.\($0)" })
        #expect(told.allSatisfy { $0["change"].text == "added" })
        let eight = try backends(service)
        #expect(eight.map(\.name) == (1...8).map { "backend.\($0)" })
        #expect(eight.allSatisfy { $0.state == "ready" })
        #expect(eight.prefix(3).map(\.pid) == first.map(\.pid))
        try gets.awaitMore(100)
        try posts.awaitMore(100)
        // The new ones have their share.
        #expect(try backends(service).allSatisfy { ($0.requests ?? 0) > 0 })
        let shrunk = try service.run("scale", ["2"])
        #expect(shrunk.code == 0, "\(shrunk.errors)")
        #expect(shrunk.output.split(separator: "\n").count == 6)
        let two = try backends(service)
        #expect(two.map(\.pid) == first.prefix(2).map(\.pid))
        for row in eight.dropFirst(2) { #expect(row.port.isFree, "\(row)") }
        try gets.awaitMore(100)
        try posts.awaitMore(100)
        for account in [try gets.stop(), try posts.stop()] {
            #expect(account.failed == 0, "\(account)")
        }
        // One that comes back begins anew, in place and in what is counted.
        #expect(try service.run("scale", ["3"]).code == 0)
        let again = try service.row("backend.3")
        #expect(again.requests == 0)
        #expect(again.restarts == 0)
        #expect(try service.run("scale", ["3"]).output == "there are 3 already\n")
    }

    @Test func `a removed backend finishes what it has`() throws {
        let service = try Service(["--backends", "2"])
        #expect(try service.run("drain", ["backend.1"]).code == 0)
        let client = try Client(service.address)
        try client.send("GET /delay/1 HTTP/1.1\r\nHost: a\r\n\r\n")
        try service.awaitActive(1)
        #expect(try service.run("undrain", ["backend.1"]).code == 0)
        #expect(try service.run("scale", ["1"]).code == 0)
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.field("x-backend") == "backend.2")
        #expect(try backends(service).map(\.name) == ["backend.1"])
    }

    @Test func `a port that is taken is told of and nothing is changed`() throws {
        let place = try Place()
        let first = try ReservedPort.firstOfThree()
        let ups = [
            "up", "-d", "--admin", "off", "--port", "0", "--base-port", "\(first)", "--backends",
            "1",
        ]
        #expect(try place.run(ups[0], Array(ups.dropFirst()), in: place.directory).code == 0)
        let holder = try RunningProgram("lb-echo", ["--port", "\(first + 2)"])
        _ = try holder.address()
        let told = try place.run("scale", ["3"])
        #expect(told.code == 1)
        #expect(told.errors.contains("backend.3 can't listen on 127.0.0.1:\(first + 2)"))
        #expect(told.errors.contains("pid \(holder.pid)"), "\(told.errors)")
        #expect(try place.rows().map(\.name) == ["balancer", "backend.1"])
        #expect(try place.run("scale", ["2"]).code == 0)
        #expect(try place.rows().last?.port == first + 1)
    }

    @Test(arguments: [[], ["0"], ["257"], ["x"], ["2", "3"]])
    func `a number that can't be is refused`(words: [String]) throws {
        let place = try Place()
        #expect(try place.run("scale", words).code == 2)
    }
}
