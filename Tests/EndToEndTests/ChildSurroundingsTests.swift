import Basics
import Kernel
import TestSupport
import Testing

/// What a child finds when it starts.
@Suite struct ChildSurroundingsTests {
    /// A service whose worker tells of itself.
    private func up(
        _ script: String, _ words: [String] = [], before: String = ":"
    ) throws -> Place {
        let place = try Place(
            procfile: """
                backend: lb-echo --port $PORT
                worker: sh -c '\(script); echo "that is all"; exec sleep 1000'
                """)
        try place.folder.file(".env", "GREETING=\"good morning\"\nPORT=1\nLBCTL_NAME=evil\n")
        let up = try place.shell(
            before + "; exec \"$0\" \"$@\"",
            ["up", "-d", "--backends", "2", "--name", place.name] + place.ups + words)
        #expect(try up.end().cause.isSuccess, "\(up.errors)")
        let isSaid = eventually {
            (try? place.run("logs", ["worker"]).output.contains("that is all")) ?? false
        }
        try #require(isSaid)
        return place
    }

    private func told(by place: Place) throws -> [String] {
        try place.records(["worker"]).compactMap { $0["text"].text }
    }

    @Test
    func `a silent input without end, the Procfile's folder, and the user's own mask and limit`()
        throws
    {
        let place = try up(
            "timeout 0.3 cat; echo $?; pwd; umask; ulimit -n; ls /proc/self/fd",
            before: "umask 027; ulimit -n 777")
        let lines = try told(by: place)
        // It waited for as long as it was let.
        #expect(lines[0] == "124")
        #expect(lines[1] == Files.resolved(ByteString(place.folder.path)).text)
        #expect(lines[2] == "0027")
        // lbctl has raised its own.
        #expect(lines[3] == "777")
        // Three of its own, and the folder that ls reads.
        #expect(lines[4...] == ["0", "1", "2", "3", "that is all"])
    }

    @Test func `what .env says, but for what is lbctl's to say, and where the others are`()
        throws
    {
        let place = try up("env")
        let lines = try told(by: place)
        #expect(lines.contains("GREETING=good morning"))
        #expect(lines.contains("LBCTL_INSTANCE=worker"))
        #expect(lines.contains("PS=worker"))
        #expect(lines.contains("LBCTL_NAME=\(place.name)"))
        #expect(!lines.contains("PORT=1"))
        for row in try place.rows() {
            let name = row.name.uppercased().replacing(".", with: "_")
            #expect(lines.contains("LBCTL_PORT_\(name)=\(row.port)"), "\(lines)")
            if row.name == "worker" { #expect(lines.contains("PORT=\(row.port)")) }
        }
    }

    @Test func `a terminal where one was asked for, so that no line is held back`() throws {
        let script =
            "test -t 0 && echo a keyboard; test -t 1 && echo watched; test -t 2 && echo merged"
        #expect(try told(by: up(script)) == ["that is all"])
        #expect(
            try told(by: up(script, ["--pty", "worker"])) == [
                "a keyboard", "watched", "that is all",
            ])
    }
}
