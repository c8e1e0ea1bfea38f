import Basics
import Control
import Logs
import TestSupport
import Testing

@testable import lbctl

/// What may stand at a place of lbctl's command line, a candidate a line.
@Suite struct CompletionTests {
    private let options = [
        Option("signal", short: "s", value: "SIGNAL", help: "which one", words: ["KILL", "TERM"]),
        Option("format", value: "text|json", help: "how to print"),
        Option("procfile", short: "f", value: "FILE", help: "what to run"),
        Option("weight", value: "TARGET=W", help: "a share"),
        Option("since", value: "T", help: "from then on"),
        Option("name", value: "NAME", help: "which service"),
    ]
    private let children = [
        Examples.child("balancer", "balancer", port: 8080),
        Examples.child("backend.1", "backend", port: 3000),
        Examples.child("backend.2", "backend", port: 3001, .failed),
        Examples.child("job", "job", .done),
    ]

    /// The lines for a verb of this usage; every service has the same processes.
    private func lines(_ words: [String], _ usage: String = "lbctl kill TARGET…") -> [String] {
        Completion.lines(["--name", "x"] + words, usage: usage, options) { service in
            service == "x" ? children : []
        }
    }

    /// The candidates without what they mean.
    private func candidates(_ words: String..., usage: String = "lbctl kill TARGET…") -> [String] {
        lines(words, usage).map { String($0.prefix { $0 != "\t" }) }
    }

    private func before(_ words: String...) -> [String]? {
        Completion.lines(beforeVerb: words)?.map { String($0.prefix { $0 != "\t" }) }
    }

    @Test func `before a verb there are the verbs, or two options`() {
        #expect(before() == Help.summaries.map(\.0))
        #expect(before("") == Help.summaries.map(\.0))
        #expect(before("re") == ["restart", "resume", "reload"])
        #expect(before("-") == ["--help", "--version"])
        #expect(before("--v") == ["--version"])
        #expect(before("xyzzy") == [])
    }

    @Test func `help takes one verb`() {
        #expect(before("help", "un") == ["undrain"])
        #expect(before("help", "up", "") == [])
    }

    @Test func `a verb is asked itself`() {
        #expect(before("kill", "") == nil)
        #expect(before("xyzzy", "") == nil)
    }

    @Test func `a candidate comes with what it means, behind a tab`() {
        #expect(Completion.lines(beforeVerb: ["dow"]) == ["down\tstop everything"])
        #expect(lines(["--f"]) == ["--format\thow to print"])
        #expect(lines(["300"]) == ["3000\tbackend.1, ready", "3001\tbackend.2, failed"])
        #expect(lines(["backend.2"]) == ["backend.2\tport 3001, failed"])
        #expect(lines(["job"]) == ["job\tjob, done"])
    }

    @Test func `options are offered by both their spellings`() {
        #expect(
            candidates("-") == [
                "--signal", "--format", "--procfile", "--weight", "--since", "--name", "-s", "-f",
            ])
    }

    @Test func `values are the words that an option takes`() {
        #expect(candidates("-s", "") == ["KILL", "TERM"])
        #expect(candidates("--signal", "T") == ["TERM"])
        #expect(candidates("--format", "") == ["text", "json"])
        #expect(candidates("--format=j") == ["--format=json"])
        #expect(candidates("-f", "Pro") == [":files"])
        #expect(candidates("--since", "1") == ["10s", "1h", "1d"])
        #expect(candidates("--weight", "job") == ["job="])
    }

    @Test func `targets are ports, names, types and all, and none twice`() {
        #expect(
            candidates("") == [
                "8080", "balancer", "3000", "backend.1", "3001", "backend.2", "job", "backend",
                "all",
            ])
        #expect(candidates("3000", "backend", "b") == ["balancer", "backend.1", "backend.2"])
    }

    @Test func `weight takes targets that end with the sign behind which the weight stands`() {
        #expect(candidates("300", usage: "lbctl weight TARGET=W…") == ["3000=", "3001="])
    }

    @Test func `algorithm takes the name of one`() {
        let usage = "lbctl algorithm [NAME]"
        #expect(candidates("least", usage: usage) == ["least-connections", "least-response-time"])
        #expect(candidates("hash", "", usage: usage) == [])
        #expect(candidates("300", usage: "lbctl slow TARGET… TIME") == ["3000", "3001"])
    }

    @Test func `logs takes what may have written a line`() {
        #expect(
            candidates("", usage: "lbctl logs [-f] [NAME…]") == [
                "balancer", "backend.1", "backend.2", "job", "backend", "lbctl",
            ])
    }

    @Test func `completions takes one shell`() {
        #expect(candidates("", usage: "lbctl completions SHELL") == ["bash", "zsh", "fish"])
        #expect(candidates("zsh", "", usage: "lbctl completions SHELL") == [])
    }

    @Test func `a service that does not answer has no targets`() {
        let lines = Completion.lines([""], usage: "lbctl kill TARGET…", options) { _ in [] }
        #expect(lines == [])
    }

    @Test func `only the first line of a usage counts`() {
        #expect(candidates("", usage: "lbctl ps\n\nA TARGET is none here.") == [])
    }
}
