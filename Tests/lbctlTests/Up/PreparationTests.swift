import Basics
import Control
import Kernel
import TestSupport
import Testing

@testable import lbctl

/// What `up` is about to run, looked at before anything is started.
@Suite struct PreparationTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    private func flags(_ procfile: String, _ words: [String] = []) throws -> UpFlags {
        let path = try place.file("Procfile", procfile)
        return try UpFlags(
            (["-f", path, "--name", "x", "--port", "0", "--base-port", "0", "--admin", "off"]
                + words).map {
                    ByteString($0)
                })
    }

    private func preparation(_ procfile: String, _ words: [String] = []) throws -> Preparation {
        try Preparation(try flags(procfile, words))
    }

    @Test func `the plan has the children of the Procfile, and where they run`() throws {
        let preparation = try preparation(
            "web: ./serve\njob: ./work\n", ["--backends", "2", "--log-size", "2MiB"])
        let plan = preparation.plan
        #expect(Set(plan.children.map(\.name)) == ["balancer", "web.1", "web.2", "job"])
        #expect(plan.name == "x" && plan.historyLimit == 2 << 20)
        #expect(plan.recipe.directory.text == Files.resolved(ByteString(place.path)).text)
        #expect(plan.programFolder == Preparation.programFolder)
        #expect(preparation.oversize.isEmpty)
    }

    @Test func `a Procfile that can't be used is refused`() throws {
        #expect(throws: Refusal.self) { try preparation("no line of one\n") }
        let missing = try UpFlags(
            ["-f", "/nowhere/Procfile", "--name", "x"].map { ByteString($0) })
        #expect(throws: Refusal.self) { try Preparation(missing) }
    }

    @Test func `what is too long for one frame is refused before it is sent`() throws {
        let preparation = try preparation(
            "job: ./work \(String(repeating: "x", count: 5000))\n", ["--formation", "job=250"])
        let refusal = try #require(preparation.oversize.first)
        #expect(refusal.what == "the service can't be started")
        #expect(refusal.why.hasSuffix("bytes long, and \(Framing.longest) are the most"))
    }

    @Test func `a port is meant for one process`() throws {
        let port = try ReservedPort.firstOfThree()
        let path = try place.file("Procfile", "web: ./serve\n")
        let flags = try UpFlags(
            [
                "-f", path, "--name", "x", "--port", "\(port + 1)", "--base-port", "\(port)",
                "--backends", "2",
            ].map { ByteString($0) })
        let problems = try Preparation(flags).sharedPorts
        #expect(problems.map(\.what) == ["web.2 can't have port \(port + 1)"])
        #expect(problems.first?.why == "it is the balancer's")
        #expect(problems.first?.advice == "see --port and --base-port")
    }

    @Test func `a port that another process has is told, with the option that gives another`()
        throws
    {
        let taken = try Socket.listen(on: .loopback(port: 0))
        let port = try #require(try Socket.localAddress(of: taken).port)
        let path = try place.file("Procfile", "web: ./serve\n")
        let flags = try UpFlags(
            ["-f", path, "--name", "x", "--port", "\(port)", "--base-port", "0"].map {
                ByteString($0)
            })
        let problem = try #require(try Preparation(flags).takenPorts.first)
        #expect(problem.what.contains("the balancer"))
        #expect(problem.advice.contains("--port"))
        #expect(throws: Refusal.self) { try Preparation(flags).check() }
        withExtendedLifetime(taken) {}
    }

    @Test func `what was found is told all at once, and starts nothing`() throws {
        let findings = Findings(
            try flags("web: ./is-not-there\njob: sh -c true\n", ["--backends", "1"]))
        #expect(Set(findings.processes.map(\.name)) == ["balancer", "web.1", "job"])
        #expect(findings.problems.contains { $0.what.contains("web") })
        let broken = Findings(try flags("nonsense\n"))
        #expect(broken.problems.count == 1 && broken.processes.isEmpty)
    }

    @Test func `for programs the findings are an object`() throws {
        let findings = Findings(try flags("nonsense\n"))
        let text = CheckCommand.object(findings).text
        #expect(text.hasPrefix("{\"ok\":false,\"problems\":[{\"what\":"))
        #expect(text.hasSuffix("],\"notices\":[],\"processes\":[]}"))
    }
}
