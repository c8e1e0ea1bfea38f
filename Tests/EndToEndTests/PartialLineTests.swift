import Kernel
import Testing

/// What has no line end yet.
@Suite struct PartialLineTests {
    @Test func `the beginning of a line is shown after a moment, and its end behind it`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: """
                backend: lb-echo --port $PORT
                asker: sh -c 'printf "name? "; until [ -e go ]; do sleep .05; done; echo Bob'
                """)
        let question = try service.guardian.line(with: "| name? ")
        #expect(question.hasSuffix("| name?  +"))
        // The Procfile's folder is where it runs.
        try service.folder.file("go", "")
        let answer = try service.guardian.line(with: "Bob")
        #expect(answer.hasSuffix(" + Bob"))
        let records = try service.place.records(["asker"])
        #expect(records.compactMap { $0["text"].text } == ["name? ", "Bob"])
        #expect(records[0]["partial"] == .bool(true) && records[1]["continued"] == .bool(true))
        #expect(try service.run("logs", ["--grep", "Bob"]).output.contains("+ Bob"))
    }

    @Test func `a progress line that goes on is one line in the end`() throws {
        let service = try Service(
            ["--backends", "1"],
            procfile: """
                backend: lb-echo --port $PORT
                bar: sh -c 'for i in 1 2 3 4 5; do printf "\\r$i of 5"; sleep .02; done; echo'
                """)
        let line = try service.guardian.line(with: "5 of 5")
        #expect(line.hasSuffix(" 5 of 5"))
        #expect(!service.guardian.output.contains("\r"))
    }
}
