import Basics
import Kernel
import Logs
import Testing

@testable import lbctl

/// The words behind `logs`.
@Suite struct LogsFlagsTests {
    private func flags(_ words: String...) throws -> LogsFlags {
        try LogsFlags(words + ["--name", "x"])
    }

    private func fault(_ words: String...) -> UsageError? {
        do throws(UsageError) {
            _ = try LogsFlags(words)
            return nil
        } catch { return error }
    }

    /// Whether the filter of `flags` lets a record pass.
    private func shows(
        _ flags: LogsFlags, _ text: String, by name: String = "web.1", at time: UInt64 = 0,
        names: [String] = []
    ) -> Bool {
        let stamp = Stamp(sequence: 1, time: WallTime(nanoseconds: time))
        return flags.filter(names).matches(
            Record(stamp: stamp, name: name.utf8.span, stream: .out, text: text.utf8.span))
    }

    @Test func `without words all of the last run is shown once, as text`() throws {
        let flags = try flags()
        #expect(flags.tail == nil && !flags.follows && !flags.spansRuns)
        #expect(flags.format == .text && flags.colour == .auto)
        #expect(flags.verb.options.operands == [])
        #expect(shows(flags, "anything"))
    }

    @Test func `what is asked for is shown line by line, and what comes is not`() throws {
        #expect(try flags().chooses && !flags("-f").chooses)
        #expect(try flags("-f", "balancer").chooses && flags("-f", "--grep", "x").chooses)
        #expect(try flags("-f", "--request", "x").chooses && !flags("-f", "--tail", "5").chooses)
        #expect(throws: UsageError.self) { try flags("--timestamps", "utc") }
    }

    @Test func `each option is what it says`() throws {
        let flags = try flags(
            "-f", "--tail=10", "--format", "json", "--color", "never", "web", "3001")
        #expect(flags.follows && flags.tail == 10)
        #expect(flags.format == .json && flags.colour == .never)
        #expect(flags.verb.options.operands == ["web", "3001"])
        #expect(try self.flags("--tail", "all").tail == nil)
        #expect(try self.flags("--tail", "0").tail == 0)
    }

    @Test(arguments: [
        ["--since", "1h"], ["--until", "1m"], ["--request", "01M7YPABCDEFGHJKMNPQRSTVWX"],
    ])
    func `a time and the id of a request may lie in any run`(words: [String]) throws {
        #expect(try LogsFlags(words).spansRuns)
    }

    @Test func `names are those of the processes that are asked for`() throws {
        let flags = try flags()
        #expect(shows(flags, "a", by: "web.1", names: ["web"]))
        #expect(!shows(flags, "a", by: "job", names: ["web"]))
    }

    @Test func `a span has both its ends`() throws {
        let flags = try flags(
            "--since", "2026-11-20T09:00:00Z", "--until", "2026-11-20T09:00:01Z")
        let start: UInt64 = 1_795_165_200_000_000_000
        for (time, isShown) in [
            (start - 1, false), (start, true), (start + 1_000_000_000, true),
            (start + 1_000_000_001, false),
        ] {
            #expect(shows(flags, "a", at: time) == isShown)
        }
    }

    @Test func `several expressions must all match`() throws {
        let flags = try flags("--grep", "^a", "--grep", "b$")
        #expect(shows(flags, "ab"))
        #expect(!shows(flags, "a") && !shows(flags, "b") && !shows(flags, "xab"))
    }

    @Test func `a request is found by its id`() throws {
        let flags = try flags("--request", "01M7YPABCDEFGHJKMNPQRSTVWX")
        #expect(shows(flags, "GET / id=01M7YPABCDEFGHJKMNPQRSTVWX 200"))
        #expect(!shows(flags, "GET / id=01M7YPABCDEFGHJKMNPQRSTVWY 200"))
    }

    @Test func `what makes no sense is refused with what does`() {
        #expect(
            fault("-f", "--until", "1m")
                == UsageError("--follow goes on after --until", hint: "leave one of them out"))
        #expect(
            fault("--since", "1m", "--until", "1h")
                == UsageError(
                    "--until lies before --since", hint: "nothing can be between them"))
        #expect(
            fault("--since", "yesterday")
                == UsageError(
                    "--since takes a time, not 'yesterday'",
                    hint: "such as 10s, 5m, 1h30m, 09:15 or 2026-11-20T09:15:00Z"))
        #expect(
            fault("--tail", "-1")?.message
                == "--tail takes a whole number from 0 to 1000000000, not '-1'")
        #expect(fault("--grep", "(")?.message.hasPrefix("--grep '(' is no expression: ") == true)
        #expect(
            fault("--request", "")?.message == "--request takes the id of a request, not ''")
        #expect(fault("--format", "xml")?.hint == "it is one of text, json, raw")
        #expect(fault("--folow")?.hint == "did you mean '--follow'?")
    }
}
