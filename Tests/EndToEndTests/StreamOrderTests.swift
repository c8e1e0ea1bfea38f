import Kernel
import Testing

/// The order of what a process says on two streams.
@Suite struct StreamOrderTests {
    private func said(_ service: Service, _ name: String) throws -> [(String, String)] {
        try service.place.records([name]).map { ($0["stream"].text ?? "", $0["text"].text ?? "") }
    }

    private func service(_ procfile: String, _ words: [String] = []) throws -> Service {
        try Service(
            ["--backends", "1"] + words, procfile: "backend: lb-echo --port $PORT\n" + procfile)
    }

    @Test func `lines that are written to both in turns are shown in turns`() throws {
        let service = try service(
            """
            talker: sh -c 'i=0; while [ $i -lt 300 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done; \
            sleep 1000'
            """)
        _ = try service.guardian.line(with: "| e299")
        let lines = try said(service, "talker")
        #expect(lines.count == 600)
        #expect(lines.map(\.1) == (0..<300).flatMap { ["o\($0)", "e\($0)"] })
        #expect(lines.allSatisfy { $0.0 == ($0.1.hasPrefix("o") ? "out" : "err") })
    }

    @Test func `streams that are opened anew by their names are in order, and stay apart`() throws {
        let service = try service(
            """
            talker: sh -c 'for i in 1 2 3 4 5; do echo o$i > /dev/stdout; echo e$i > /dev/stderr; \
            done; sleep 1000'
            """)
        _ = try service.guardian.line(with: "| e5")
        let lines = try said(service, "talker")
        #expect(lines.map(\.1) == (1...5).flatMap { ["o\($0)", "e\($0)"] })
        #expect(lines.map(\.0) == (1...5).flatMap { _ in ["out", "err"] })
    }

    @Test func `merged streams are one, whatever is written at once`() throws {
        let service = try service(
            """
            talker: sh -c 'printf "1\\n2\\n"; printf "3\\n4\\n5\\n" >&2; printf "6\\n"; \
            printf "7\\n" >&2; sleep 1000'
            """, ["--merge-streams", "talker"])
        _ = try service.guardian.line(with: "| 7")
        let lines = try said(service, "talker")
        #expect(lines.map(\.1) == (1...7).map { "\($0)" })
        #expect(lines.allSatisfy { $0.0 == "out" })
    }

    @Test func `a type that is not there can't be merged`() throws {
        let place = try Place(procfile: "idle: sleep 1000\n")
        let told = try place.run("up", place.ups + ["--merge-streams", "nobody"])
        #expect(told.code == 1 && told.errors.contains("--merge-streams can't be 'nobody'"))
    }

    @Test func `what was written over is in logs, and up shows what it came to`() throws {
        let service = try service(
            "bar: sh -c 'printf \"10%%\\rdisk is full\\rdone\\n\"; sleep 1000'")
        let shown = try service.guardian.line(with: "done")
        #expect(shown.hasSuffix(" | done"))
        let logs = try service.run("logs", ["--tail", "all", "bar"])
        #expect(logs.code == 0 && logs.output.hasSuffix(" | 10%^Mdisk is full^Mdone\n"))
    }
}
