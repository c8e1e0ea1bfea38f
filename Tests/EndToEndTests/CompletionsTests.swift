import Kernel
import Testing

/// What the shells are told may stand where.
@Suite struct CompletionsTests {
    private func candidates(_ words: [String], _ place: Place) throws -> [String] {
        let told = try RunningProgram(
            "lbctl", ["__complete"] + words,
            environment: place.environment + ["LBCTL_NAME=\(place.name)"])
        #expect(try told.end().cause == .exited(code: 0))
        #expect(told.errors == "")
        return told.output.split(separator: "\n").map { line in
            String(line.split(separator: "\t", omittingEmptySubsequences: false)[0])
        }
    }

    @Test func `verbs, options and the values of options`() throws {
        let place = try Place()
        for (words, expected) in [
            (["re"], ["restart", "resume", "reload"]),
            (["lo"], ["logs"]), (["help", "ev"], ["events"]), (["--v"], ["--version"]),
            (["logs", "--f"], ["--follow", "--format"]),
            (["up", "--algorithm", "r"], ["round-robin", "random"]),
            (["up", "--algorithm=ha"], ["--algorithm=hash"]),
            (["up", "--algorithm", "=", "ha"], ["hash"]),
            (["kill", "-s", "KI"], ["KILL"]), (["kill", "--signal", "USR"], ["USR1", "USR2"]),
            (["ps", "--format", ""], ["text", "json"]),
            (["logs", "--color", "a"], ["auto", "always"]), (["logs", "--tail", ""], ["all"]),
            (["completions", ""], ["bash", "zsh", "fish"]), (["up", "-f", "x"], [":files"]),
            (["nonsense", ""], []), (["up", "--nonsense", ""], []),
            (["kill", "-s", "nonsense"], []),
        ] as [([String], [String])] {
            #expect(try candidates(words, place) == expected, "\(words)")
        }
        #expect(try candidates([""], place).contains("completions"))
    }

    @Test func `what runs is known by port and name; where nothing runs there is nothing`() throws {
        let place = try Place()
        for verb in ["kill", "weight", "logs", "drain"] {
            #expect(try candidates([verb, ""], place) == [])
        }
        let service = try Service(place, ["--backends", "2"])
        let ports = try service.rows().map { "\($0.port)" }
        let targets = try candidates(["kill", "-s", "TERM", ""], place)
        #expect(Set(ports + ["balancer", "backend.1", "backend", "all"]).isSubset(of: targets))
        #expect(try candidates(["kill", "backend.1", "backend."], place) == ["backend.2"])
        #expect(try candidates(["weight", "backend.1"], place) == ["backend.1="])
        #expect(try candidates(["logs", "-f", "l"], place) == ["lbctl"])
        #expect(try candidates(["kill", "--name", "nowhere", ""], place) == [])
        #expect(
            try candidates(["ps", "--name", String(place.name.prefix(3))], place) == [place.name])
    }

    @Test(.enabled(if: Files.exists("/bin/bash")))
    func `bash completes with it`() throws {
        let place = try Place()
        let script = """
            PATH=${1%/*}:$PATH
            source <(lbctl completions bash)
            COMP_WORDS=(lbctl up --algorithm = ra); COMP_CWORD=4
            _lbctl; echo "${COMPREPLY[@]}"
            COMP_WORDS=(lbctl re); COMP_CWORD=1
            _lbctl; echo "${COMPREPLY[@]}"
            """
        let bash = try RunningProgram(
            "/bin/bash", ["-c", script, "bash", Programs.path("lbctl")],
            environment: place.environment)
        #expect(try bash.end().cause == .exited(code: 0))
        #expect(bash.output == "random\nrestart resume reload\n", "\(bash.errors)")
    }

    @Test(arguments: ["zsh", "fish", "bash"])
    func `each shell's words are printed, and another's are refused`(shell: String) throws {
        let told = try RunningProgram.run("lbctl", ["completions", shell])
        #expect(told.code == 0 && told.output.contains("__complete"))
        let refused = try RunningProgram.run("lbctl", ["completions", shell + "x"])
        #expect(refused.code == 2 && refused.errors.contains("bash, zsh, fish"))
    }
}
