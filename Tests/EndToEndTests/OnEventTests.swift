import Basics
import Kernel
import TestSupport
import Testing

/// What commands of `--on-event` are told, by the real programs.
@Suite struct OnEventTests {
    /// The lines that commands have added to a file in the service's folder.
    private func lines(_ service: Service, _ file: String) -> [String] {
        let text = (try? Files.text(service.place.directory + "/" + file)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    private func awaitLine(_ service: Service, _ file: String, _ isWanted: (String) -> Bool) -> Bool
    {
        eventually { lines(service, file).contains(where: isWanted) }
    }

    /// What the README has as a webhook, for machines without curl.
    private func webhook(_ address: Address) -> String {
        "killed:body=$(cat); printf 'POST /hook HTTP/1.1\\r\\nHost: hook\\r\\n"
            + "Content-Type: application/json\\r\\nContent-Length: %s\\r\\n\\r\\n%s' ${#body} "
            + "\"$body\" | lbctl send \(address)"
    }

    @Test func `a webhook receives the event of a kill, as events --format json has it`() throws {
        let receiver = try ScriptedBackend { connection throws(Failure) in
            _ = try connection.request()
            try connection.answer("ok")
            connection.endSending()
        }
        let service = try Service(["--backends", "2", "--on-event", webhook(receiver.address)])
        let before = try service.row("backend.1")
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        #expect(eventually { receiver.requests.count == 1 })
        let request = try #require(receiver.requests.first)
        #expect(request.hasPrefix("POST /hook HTTP/1.1\r\n"))
        let body = request.split(separator: "\r\n").last.map(String.init) ?? ""
        let told = try JSON(body)
        #expect(told["kind"].text == "killed" && told["pid"].int == Int(before.pid))
        #expect(told["facts"]["signal"].text == "SIGKILL")
        let events = try service.run("events", ["--kind", "killed", "--format", "json"]).output
        #expect(events == body + "\n")
        #expect(try service.run("down").code == 0)
        #expect(receiver.requests.count == 1)
    }

    @Test func `all that happens is told in order, and the last state too, after a reload`() throws
    {
        let service = try Service([
            "--backends", "2", "--on-event",
            "echo \"$LBCTL_EVENT $LBCTL_PROCESS $LBCTL_SERVICE\" >>told",
            "--on-event", "stopped:sleep 3; echo \"$LBCTL_WHAT\" >>last",
        ])
        #expect(awaitLine(service, "told") { $0.hasPrefix("ready backend.2 ") })
        #expect(try service.run("reload").code == 0)
        #expect(try service.run("scale", ["3"]).code == 0)
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        #expect(awaitLine(service, "told") { $0.hasPrefix("killed backend.1 ") })
        #expect(try service.run("down").code == 0)
        // It was waited for, though it took its time.
        #expect(lines(service, "last") == ["'\(service.name)' is stopped"])
        let told = lines(service, "told")
        #expect(told.first == "started  \(service.name)")
        #expect(told.last == "stopped  \(service.name)")
        #expect(told.contains("config_changed  \(service.name)"))
        #expect(told.contains("exited backend.2 \(service.name)"))
        let events = try JSON.lines(service.run("events", ["--format", "json"]).output)
        let kinds = events.compactMap { $0["kind"].text }
        // That the end waits for a command is said, and not to commands.
        #expect(try service.sentences().contains { $0.hasPrefix("still waiting for on-event 'sl") })
        #expect(
            Set(told.compactMap { $0.split(separator: " ").first.map(String.init) })
                == Set(kinds).subtracting(["notice"]))
        #expect(service.place.leftOver() == [])
    }

    @Test func `a command that hangs, forks, fails, floods or is not there hinders nothing`()
        throws
    {
        let service = try Service([
            "--backends", "2",
            "--on-event", "killed:exec sleep 4711",
            "--on-event", "killed:setsid sleep 4712 & setsid sleep 4713 & true",
            "--on-event", "killed:exit 3",
            "--on-event", "killed:/no/such/program",
            "--on-event", "killed:yes",
            "--on-event", "killed:kill -SEGV $$",
            "--on-event", "killed:head -c 100000 /dev/zero | tr '\\0' y; echo; echo done >>flood",
            "--on-event", "killed:echo heard; printf half",
        ])
        let before = try service.row("backend.1")
        #expect(try service.run("kill", ["backend.1"]).code == 0)
        // Long before any of them has ended.
        try service.await("backend.1") { $0.state == "ready" && $0.pid != before.pid }
        #expect(try service.get().status == 200)
        try service.awaitSentence("on-event 'exit 3' exited with 3; it was told of 'killed")
        try service.awaitSentence("on-event '/no/such/program' exited with 127")
        try service.awaitSentence("on-event 'kill -SEGV $$' killed by SIGSEGV")
        try service.awaitSentence("on-event 'yes' writes more than 64.0 KiB")
        try service.awaitSentence("on-event 'exec sleep 4711' did not end within 10.0 s")
        try service.awaitSentence("on-event 'yes' did not end within 10.0 s")
        try service.awaitSentence("4712 & setsid sleep 4713 & true' left processes that did not")
        #expect(awaitLine(service, "flood") { $0 == "done" })
        let sleeping = eventually {
            !service.place.processes().contains {
                Processes.commandLine(of: $0)?.hasPrefix("sleep 471") == true
            }
        }
        #expect(sleeping)
        let records = try service.place.records(["on-event"])
        let texts = records.compactMap { $0["text"].text }
        #expect(texts.contains("heard") && texts.contains("half"))
        #expect(texts.contains { $0.contains("/no/such/program: not found") })
        // `y` and its line end, from one command; letters alone, from the other.
        let flood = texts.filter { $0 == "y" }.count
        #expect(flood == 32 << 10, "\(flood)")
        #expect(texts.filter { $0.hasPrefix("yy") }.map(\.utf8.count).reduce(0, +) == 64 << 10)
        #expect(try service.run("down").code == 0)
        #expect(service.place.leftOver() == [])
    }

    @Test func `what is said of a command is never told to one`() throws {
        let service = try Service([
            "--backends", "2", "--latency", "backend.9=1s",
            "--on-event", "notice:echo \"$LBCTL_WHAT\" >>remarks; exit 1",
        ])
        try service.awaitSentence("exited with 1; it was told of 'notice'")
        #expect(try service.run("down").code == 0)
        let remarks = lines(service, "remarks")
        #expect(remarks.count == 1 && remarks[0].contains("--latency backend.9=1s"), "\(remarks)")
    }

    @Test func `an end that is to be at once does not wait for a command`() throws {
        let service = try Service([
            "--backends", "1", "--on-event", "stopping:exec sleep 4714",
            "--on-event", "killed,stopped:echo $LBCTL_EVENT >>told",
        ])
        #expect(try service.run("down", ["-t", "0"]).code == 0)
        #expect(try service.sentences().contains { $0.contains("not told to the end, since") })
        #expect(service.place.leftOver() == [])
        // Within a time that was given all has to be over.
        let other = try Service(["--backends", "1", "--on-event", "stopping:exec sleep 4715"])
        #expect(try other.run("down", ["-t", "2"]).code == 0)
        #expect(try other.sentences().contains { $0.contains("1 event was not told to the end") })
        // It was killed as a command, and is nothing that was left behind.
        #expect(try !other.sentences().contains { $0.contains("left behind") })
        #expect(other.place.leftOver() == [])
    }

    @Test func `that the supervisor has died is told by what outlives it`() throws {
        let service = try Service([
            "--backends", "1",
            "--on-event", "supervisor_died:sleep 1; echo \"$LBCTL_WHAT\" >>told; cat >>told",
        ])
        let backend = try service.row("backend.1")
        let supervisor = try #require(Processes.facts(of: backend.pid)).parent
        Signals.send(.kill, to: supervisor)
        #expect(try service.end() == .exited(code: 1))
        let told = lines(service, "told")
        #expect(told.first?.contains("the supervisor (pid \(supervisor)) was killed by") == true)
        #expect(try JSON(told.last ?? "")["kind"].text == "supervisor_died")
        #expect(service.place.leftOver() == [])
    }

    @Test(arguments: ["up", "check"])
    func `a kind that is none is refused before anything is started`(verb: String) throws {
        let place = try Place()
        let wrong = try place.run(verb, place.ups + ["--on-event", "killd:mail me"])
        #expect(wrong.code == 2 && wrong.errors.contains("there is no kind 'killd'"))
        #expect(wrong.errors.contains("did you mean 'killed'?"))
        let empty = try place.run(verb, place.ups + ["--on-event", "killed: "])
        #expect(empty.code == 2 && empty.errors.contains("--on-event has no command"))
        #expect(place.processes() == [])
    }
}
