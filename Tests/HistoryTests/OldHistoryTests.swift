import Basics
import Logs
import Testing

@testable import History

/// A history that 0.1.0 has left, byte for byte as it wrote it.
@Suite struct OldHistoryTests {
    private let workshop = Workshop()

    private static let lines = """
        2026-11-20T09:08:58.000001Z 000001 lbctl run| lbctl 0.1.0 runs 'x' (supervisor pid 7)
        2026-11-20T09:08:58.000002Z 000002 web.1#1 out| killed name="web.1"
        2026-11-20T09:08:58.000003Z 000003 lbctl event| web.1 (port 3000, pid 9) is ready
        2026-11-20T09:08:59.000003Z 000004 lbctl event| killed name="web.1" port=3000

        """

    @Test func `its sentences are what they were, and none is taken for an event`() throws {
        workshop.append(Self.lines, to: "lines-000000000001.log")
        let all = try read(workshop.folder)
        #expect(all.map(\.stream) == [.runSentence, .out, .sentence, .sentence])
        #expect(all[2].text == "web.1 (port 3000, pid 9) is ready")
        #expect(try HistoryReader(folder: workshop.folder).lastRun() == 1)
        var events: [ServiceEvent?] = []
        try HistoryReader(folder: workshop.folder).read(HistoryQuery()) { record in
            events.append(record.event)
            return true
        }
        #expect(events == [nil, nil, nil, nil])
    }

    @Test func `a new run goes on behind it`() throws {
        workshop.append(Self.lines, to: "lines-000000000001.log")
        _ = try HistoryWriter.add(
            ServiceEvent(.supervisorDied).with(.supervisorPid, 7).with(.exitCode, 1),
            to: workshop.folder, limit: 1 << 20)
        let all = try read(workshop.folder)
        #expect(all.count == 5 && all[4].sequence == 5 && all[4].stream == .event)
        #expect(all[4].text == "supervisor_died supervisor_pid=7 exit_code=1")
        var scribe = try Scribe(workshop.folder)
        scribe.say("started version=\"0.2.0\"", .run, by: "lbctl")
        _ = scribe.flush()
        #expect(try HistoryReader(folder: workshop.folder).lastRun() == 6)
    }
}
