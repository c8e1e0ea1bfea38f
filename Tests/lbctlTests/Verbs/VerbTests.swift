import Basics
import Control
import Kernel
import Testing

@testable import lbctl

/// How verbs read their words, and how they end.
@Suite struct VerbTests {
    private func verb(
        _ words: [String], naming: Verb.Naming = .finds
    ) throws(UsageError) -> Verb {
        try Verb(
            words, usage: "lbctl look [-a] PLACE", examples: [("lbctl look", "around")],
            options: [Option("all", short: "a", help: "everything")],
            further: [Option("hidden", value: "N", help: "")], naming: naming, remark: "A remark.")
    }

    private func fault(_ words: String..., naming: Verb.Naming = .finds) -> UsageError? {
        do throws(UsageError) {
            try verb(words, naming: naming).refuseOperands()
            return nil
        } catch { return error }
    }

    /// What a verb wrote, and how it ended.
    private struct End: Equatable {
        var output = ""
        var errors = ""
    }

    private func end(_ result: ExitTest.Result?) -> End {
        End(
            output: String(decoding: result?.standardOutputContent ?? [], as: UTF8.self),
            errors: String(decoding: result?.standardErrorContent ?? [], as: UTF8.self))
    }

    @Test func `a verb has its word, options and operands`() throws {
        let verb = try verb(["-a", "here", "--hidden", "1"])
        #expect(verb.word == "look")
        #expect(verb.options.has("all") && verb.options.value("hidden") == "1")
        #expect(verb.options.operands == ["here"])
        #expect(try self.verb(["--name", "x"]).named == "x")
    }

    @Test func `a word that the verb has no use for is refused`() {
        #expect(fault() == nil)
        #expect(
            fault("here")
                == UsageError(
                    "'here' is not expected here",
                    hint: "'lbctl look' takes options alone; 'lbctl look --help' lists them"))
        #expect(fault("--al")?.hint == "did you mean '--all'?")
    }

    @Test func `a verb that has to do with no service takes no name`() {
        #expect(fault("--name", "x", naming: .none)?.message == "unknown option '--name'")
        #expect(fault("--name", "x", naming: .gives) == nil)
        #expect(fault("--name")?.message == "--name needs a value (NAME)")
    }

    @Test func `the help has what the verb takes, and not what only the remark tells of`() async {
        let result = await #expect(
            processExitsWith: .exitCode(0), observing: [\.standardOutputContent]
        ) {
            _ = try VerbTests().verb(["here", "-h"])
        }
        #expect(
            end(result).output.contains(
                """
                Usage: lbctl look [-a] PLACE

                Examples:
                  lbctl look  around

                Options:
                  -a, --all        everything
                      --name NAME  which service (this folder's, or the only one)
                  -h, --help       this text

                A remark.

                """))
    }

    @Test func `behind two dashes a call for help is an operand`() throws {
        #expect(try verb(["--", "--help"]).options.operands == ["--help"])
    }

    // MARK: The end

    @Test func `a verb whose work was done ends with the code that it returns`() {
        #expect(VerbEnd.of { VerbEnd.done } == 0)
        #expect(VerbEnd.of { VerbEnd.failed } == 1)
    }

    @Test func `a refusal is told with why and what to do, and ends with 1`() async {
        let result = await #expect(
            processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
        ) {
            let code = VerbEnd.of { () throws(Refusal) in
                throw Refusal(what: "it is \u{1B}[2Jnot done", why: "so", advice: "try again")
            }
            ThisProcess.exit(code)
        }
        #expect(end(result).errors == "lbctl: it is ^[[2Jnot done: so\n  try again\n")
    }

    @Test func `a refusal without a reason and advice is one line`() async {
        let result = await #expect(
            processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
        ) {
            ThisProcess.exit(VerbEnd.refused(Refusal(what: "it is not done", why: "")))
        }
        #expect(end(result).errors == "lbctl: it is not done\n")
    }

    @Test func `a command line that can't be understood ends with 2`() async {
        let result = await #expect(
            processExitsWith: .exitCode(2), observing: [\.standardErrorContent]
        ) {
            ThisProcess.exit(VerbEnd.misused(UsageError("unknown verb 'x'", hint: "say another")))
        }
        #expect(end(result).errors == "lbctl: unknown verb 'x'\n  say another\n")
    }

    @Test(
        arguments: [
            ("upp", "did you mean 'up'?"), ("version", "did you mean '--version'?"),
            ("-f", "options stand behind the verb: lbctl VERB -f …"),
            ("xyzzy", "'lbctl --help' lists the verbs"),
        ])
    func `an unknown verb is refused with what may have been meant`(verb: String, hint: String) {
        #expect(throws: UsageError("unknown verb '\(verb)'", hint: hint)) {
            try App.run(verb, [], exact: [])
        }
    }

    @Test(
        arguments: [
            ("kill", ["-s", "FOO", "3001"], "'FOO' is no signal"),
            ("kill", ["-s", "-1", "3001"], "'-1' is no signal"),
            ("kill", ["--signal", "-TERM"], "'-TERM' is no signal"),
            ("kill", [], "kill needs a target"),
            ("slow", [], "a target and what it is to have are needed"),
            ("slow", ["3001", "soon"], "'soon' is no time to answer later by"),
            ("fail", ["3001", "0.1"], "'0.1' could be a part of a hundred or of one"),
            ("fail", ["3001=101"], "'101' is no percentage of requests to fail"),
            ("algorithm", ["fastest"], "there is no algorithm 'fastest'"),
            ("algorithm", ["hash", "random"], "'random' is not expected here"),
            ("stop", [], "stop needs a target"), ("scale", [], "scale needs a number"),
            ("scale", ["0"], "scale takes a number from 1 to 256, not '0'"),
            ("scale", ["+3"], "scale takes a number from 1 to 256, not '+3'"),
            ("scale", ["257"], "scale takes a number from 1 to 256, not '257'"),
            ("send", [], "send needs an address"), ("send", ["x"], "'x' is no address"),
            ("completions", ["tcsh"], "completions needs a shell"),
            ("ps", ["x"], "'x' is not expected here"),
            (
                "down", ["-t", "x"],
                "--time takes a time such as 250ms, 10s or 5m, not 'x'"
            ),
            ("ps", ["--format", "xml"], "--format can't be 'xml'"),
        ] as [(String, [String], String)])
    func `a verb refuses what it can't do, before it asks any service`(
        verb: String, words: [String], message: String
    ) {
        let error = #expect(throws: UsageError.self) { try App.run(verb, words, exact: []) }
        #expect(error?.message == message)
    }
}
