import Basics
import Kernel
import TestSupport
import Testing

/// What is promised of CPU and memory: all that a process has started counts.
@Suite struct LineageFigureTests {
    private static let burns = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"

    private func cpu(_ row: Row) -> Double { row.json["cpu_percent"].double ?? 0 }

    @Test func `a busy child of a shell's line counts, in a session of its own too`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: """
                backend: lb-echo --port $PORT
                line: sh -c 'x=$(yes | head -c 4000000); while :; do :; done'; true
                session: setsid -w sh -c 'while :; do :; done'; true
                idle: sleep 1000
                """)
        for name in ["line", "session"] {
            try service.await(name) { cpu($0) > 5 }
        }
        #expect(cpu(try service.row("idle")) < 5)
        // The child holds four million bytes in a variable: the kernel's counts lag behind by some
        // hundred pages, so that of less they tell nothing sure.
        let isMore = eventually {
            guard let row = try? service.row("line"),
                let leader = Processes.facts(of: row.pid)?.residentBytes
            else { return false }
            return UInt64(row.json["rss_bytes"].int ?? 0) > leader + 2_000_000
        }
        #expect(isMore)
        #expect(try service.run("down", ["-t", "5"]).code == 0)
    }

    @Test func `what a child used counts when it has ended, waited for or left behind`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: """
                backend: lb-echo --port $PORT
                waits: sh -c '\(Self.burns)'; echo over; exec sleep 1000
                leaves: (sh -c '\(Self.burns)' & ) ; exec sleep 1000
                """)
        try service.await("waits") { cpu($0) > 1 }
        try service.await("leaves") { cpu($0) > 1 }
        _ = eventually { (try? service.place.records(["waits"]).isEmpty) == false }
        // It is a share of all the time since the start: it goes down, but not to nothing.
        #expect(cpu(try service.row("waits")) > 0)
        #expect(cpu(try service.row("leaves")) > 0)
    }

    @Test func `the figures of a death are those of all that died with it`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: """
                backend: lb-echo --port $PORT
                line: sh -c 'while :; do :; done'; true
                """)
        // Of what runs for a while, a fifth of a second at least is its own.
        var used = 0.0
        try service.await("line") { row in
            used = cpu(row)
            return used > 5
        }
        Poll.sleep(.milliseconds(500))
        #expect(try service.run("kill", ["line"]).code == 0)
        let said = try service.awaitSentence("line (port 5", "killed by SIGKILL")
        let figure = try #require(said.split(separator: "(cpu ").dropFirst().first)
        let text = String(figure.prefix { $0 != "," })
        let span = try #require(Quantity.duration(text.filter { $0 != " " }), "\(said)")
        #expect(span > .milliseconds(20), "\(said)")
    }
}
