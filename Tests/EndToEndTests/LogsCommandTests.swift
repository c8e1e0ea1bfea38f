import Basics
import Kernel
import TestSupport
import Testing

/// What `lbctl logs` promises, tried with real services.
@Suite struct LogsCommandTests {
    private func texts(_ output: String) -> [String] {
        output.split(separator: "\n").map { line in
            String(line.split(separator: "| ", maxSplits: 1).last ?? "")
        }
    }

    private let talking = """
        one: echo apple; echo pear id=R-1; echo apple pie; echo last of one; sleep 100
        two: echo 'from two (R-1)' >&2; echo 'for R-12'; echo last of two; sleep 100
        silent: sleep 100
        """

    private func talkingService() throws -> LoggedService {
        let service = try LoggedService(talking)
        try service.awaitLine("last of one")
        try service.awaitLine("last of two")
        return service
    }

    @Test func `names, expressions, requests and a tail choose among the lines`() throws {
        let service = try talkingService()
        let apples = try service.logs(["--grep", "^a[a-z]+e"])
        #expect(texts(apples.output) == ["apple", "apple pie"])
        // The tail is taken of what the filter left.
        #expect(texts(try service.logs(["--grep=apple", "--tail=1"]).output) == ["apple pie"])
        #expect(texts(try service.logs(["--grep=apple", "--grep=pie"]).output) == ["apple pie"])
        let request = texts(try service.logs(["--request", "R-1"]).output)
        #expect(request.sorted() == ["from two (R-1)", "pear id=R-1"])
        let two = try service.logs(["two"])
        #expect(texts(two.output).sorted() == ["for R-12", "from two (R-1)", "last of two"])
        let record = try service.logs(["--format", "json", "--grep", "for R-12"]).output
        #expect(record.contains("\"name\":\"two\"") && record.contains("\"stream\":\"out\""))
        #expect(record.contains("\"text\":\"for R-12\""))
        // It ran, though it never spoke.
        let silent = try service.logs(["silent"])
        #expect(silent.code == 0 && silent.output.isEmpty)
        try service.stop()
        // The history alone knows as much.
        #expect(texts(try service.logs(["--grep", "apple"]).output) == ["apple", "apple pie"])
        #expect(try service.logs(["silent"]).code == 0)
        let unknown = try service.logs(["onne"])
        #expect(unknown.code == 1)
        #expect(unknown.errors.contains("nothing is called 'onne'"))
        #expect(unknown.errors.contains("did you mean 'one'?"))
        #expect(unknown.errors.contains("known are: lbctl, one, silent, two"))
    }

    @Test func `a port means the child that has it, and after the end the one that had it`() throws
    {
        let service = try Service(["--backends", "2"])
        let second = try service.row("backend.2")
        func check() throws {
            for verb in ["logs", "events"] {
                let told = try service.run(verb, ["\(second.port)"])
                #expect(told.code == 0 && told.output.contains("backend.2"), "\(told)")
                #expect(!told.output.contains("backend.1"), "\(told)")
            }
            let unknown = try service.run("logs", ["1"])
            #expect(unknown.code == 1 && unknown.errors.contains("nothing has port 1"))
        }
        try check()
        #expect(try service.run("down").code == 0)
        _ = try service.end()
        try check()
    }

    @Test func `a span of time chooses among the lines`() throws {
        let service = try talkingService()
        #expect(try service.logs(["--since", "1h"]).output.contains("apple"))
        #expect(try service.logs(["--until", "1h"]).output.isEmpty)
        #expect(try service.logs(["--since", "2020-01-01T00:00:00Z"]).output.contains("apple"))
        #expect(try service.logs(["--since", "2500-01-01"]).output.isEmpty)
    }

    @Test(arguments: [
        (["--grep", "("], "no expression"), (["--since", "soon"], "takes a time"),
        (["--since", "1s", "--until", "1m"], "lies before"), (["-f", "--until", "1s"], "--follow"),
        (["--tail", "-1"], "whole number"), (["--request", ""], "the id of a request"),
        (["--nonsense"], "unknown option"),
    ])
    func `words that make no sense are refused`(words: [String], why: String) throws {
        let logs = try RunningProgram.run("lbctl", ["logs"] + words)
        #expect(logs.code == 2)
        #expect(logs.errors.contains(why))
    }

    @Test func `what a client was answered is in the log when it is looked at`() throws {
        let service = try Service(["--backends", "2"])
        // The lines of a worker lie in batches for a moment.
        for number in 0..<10 {
            #expect(try service.get("/n\(number)").status == 200)
            let shown = try service.run("logs", ["--grep", "/n\(number) "])
            #expect(shown.output.contains("\"GET /n\(number) HTTP/1.1\" 200 "), "\(shown)")
        }
        // A balancer that says nothing is not waited for.
        let balancer = try service.row("balancer").pid
        Signals.send(.stop, to: balancer)
        #expect(try service.run("logs").code == 0)
        Signals.send(.proceed, to: balancer)
        #expect(try service.get().status == 200)
    }

    @Test(arguments: ["logs", "events", "logs -f", "ps"])
    func `what can't be written for want of room is told`(verb: String) throws {
        let service = try Service(["--backends", "1"])
        let program = try service.place.shell(
            "\"$0\" \(verb) --name \(service.name) >/dev/full", [])
        #expect(try program.end().cause == .exited(code: 1))
        #expect(
            program.errors
                == "lbctl: what was asked for can't be written: No space left on device\n")
    }

    @Test func `a service whose lines can't be shown goes on, and the history has them`() throws {
        let place = try Place()
        let words = (["up", "--name", place.name] + place.ups).joined(separator: " ")
        let program = try place.shell("\"$0\" \(words) >/dev/full", [])
        let line = try program.line(with: "lines can't be shown", in: .errors)
        #expect(
            line == "lbctl: lines can't be shown (No space left on device); the history has them")
        _ = try program.line(with: "open http://localhost:", in: .errors)
        #expect(try place.rows().filter { $0.state == "ready" }.count == 4)
        #expect(try place.run("logs").output.contains("backend.3 (port "))
        #expect(try place.run("down").code == 0)
        #expect(try program.end().cause == .exited(code: 0))
        #expect(program.errors.split(separator: "\n").count { $0.contains("can't be shown") } == 1)
    }

    @Test func `a service that never ran has nothing to show`() throws {
        let nowhere = LoggedService.environment("/tmp/lbctl-is-not-there", "never")
        for words in [[], ["-f"], ["--request", "x"]] {
            let logs = try RunningProgram.run("lbctl", ["logs"] + words, environment: nowhere)
            #expect(logs.code == 1)
            #expect(logs.errors.contains("'never' has never run here"))
        }
    }

    @Test func `a follower sees everything once, and the end`() throws {
        let service = try LoggedService(
            "talk: for i in 1 2 3 4 5; do seq -f \"$i line %g\" 4000; sleep 0.1; done; sleep 100")
        let follower = try RunningProgram(
            "lbctl", ["logs", "-f", "talk"], environment: service.environment)
        _ = try follower.line(with: "5 line 4000")
        try service.stop()
        _ = try follower.end()
        #expect(follower.errors.contains("has ended"))
        let expected = (1...5).flatMap { i in (1...4000).map { "\(i) line \($0)" } }
        #expect(texts(follower.output) == expected)
    }

    @Test func `a slow follower is told how many it missed, and the history has them`() throws {
        let service = try LoggedService(
            "talk: sleep 1; seq -f '%g xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' 60000; echo end; sleep 9")
        let pipe = "\(Programs.path("lbctl")) logs -f talk | (sleep 3; cat)"
        let follower = try RunningProgram(
            "/bin/sh", ["-c", pipe], environment: service.environment)
        // Of `up` itself so much may be left out too.
        let hasSpoken = eventually {
            (try? service.logs(["--grep", "^end$"]))?.output.isEmpty == false
        }
        #expect(hasSpoken)
        _ = try follower.line(with: " | 1 x")
        try service.stop()
        _ = try follower.end()
        let shown = texts(follower.output).compactMap { Int($0.prefix { $0.isNumber }) }
        #expect(shown == shown.sorted() && Set(shown).count == shown.count)
        // Other lines than those of `talk` may be among the missed ones.
        let told = follower.errors.split(separator: "\n")
            .filter { $0.contains("left out here") }
            .compactMap { Int($0.split(separator: " ")[1]) }.reduce(0, +)
        #expect(shown.count + told >= 60000 && shown.count + told < 60020)
        #expect(texts(try service.logs(["talk"]).output).count == 60001)
    }

    @Test func `a reader that has seen enough ends it quietly`() throws {
        let service = try talkingService()
        let pipe = "\(Programs.path("lbctl")) logs -f 2>&1 | head -n 2 >/dev/null; echo done"
        let shell = try RunningProgram("/bin/sh", ["-c", pipe], environment: service.environment)
        #expect(try shell.end().cause == .exited(code: 0))
        #expect(shell.output == "done\n")
        #expect(shell.errors.isEmpty)
    }

    @Test func `nothing that a child writes reaches the terminal as a command`() throws {
        let service = try LoggedService(
            #"bad: printf '\033[2Jgone\033]0;t\007\000\n10%%\r99%%\n\033[31mred\n'; sleep 100"#,
            ["--color", "always"])
        try service.awaitLine("red")
        let logs = try service.logs(["--color=always", "bad"]).output
        for output in [service.shown, logs] {
            #expect(output.contains("^[[2Jgone^[]0;t^G^@\n"))
            #expect(output.contains("\u{1B}[31mred\u{1B}[0m\n"))
            #expect(!output.contains("\u{1B}[2J") && !output.contains("\r"))
        }
        #expect(try !service.logs(["--color=never"]).output.contains("\u{1B}"))
    }
}
