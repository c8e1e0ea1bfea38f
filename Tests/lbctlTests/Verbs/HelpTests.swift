import Basics
import Testing

@testable import lbctl

/// The texts behind `--help`.
@Suite struct HelpTests {
    @Test func `every verb has a line, once, that fits a terminal`() {
        let verbs = Help.summaries.map(\.0)
        #expect(Set(verbs).count == verbs.count)
        for (verb, what) in Help.summaries {
            #expect(!what.isEmpty)
            #expect(Help.overview.contains("\n  \(verb) "))
        }
        for line in Help.overview.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        #expect(Set(Help.verbs).isSuperset(of: ["status", "help", "up", "down"]))
    }

    @Test func `every verb that has a line is known, and tells how it is used`() async {
        for (verb, _) in Help.summaries {
            let result = await #expect(
                processExitsWith: .success, observing: [\.standardOutputContent]
            ) { [verb = verb as String] in
                _ = try App.run(verb, ["--help"], exact: ["--help"])
            }
            let text = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
            #expect(text.contains("Usage: lbctl \(verb)"), "\(verb): \(text)")
            let examples = text.split(separator: "\n\nExamples:\n").last ?? ""
            #expect(examples.contains("lbctl \(verb)"), "\(verb): \(text)")
            #expect(text.contains("\n\nOptions:\n"))
        }
    }

    @Test func `usage, examples and options stand below each other`() {
        let text = Help.text(
            usage: "lbctl x [-s N]", examples: [("lbctl x", "all"), ("lbctl x -s 1", "one")],
            options: [
                Option("size", short: "s", value: "N", help: "how large"),
                Option("all", help: "each"),
            ])
        #expect(
            text == """
                Usage: lbctl x [-s N]

                Examples:
                  lbctl x       all
                  lbctl x -s 1  one

                Options:
                  -s, --size N  how large
                      --all     each
                """)
    }

    @Test func `where several services may be meant each is a line, with what is known of it`() {
        #expect(
            Hint.table([
                (name: "a", facts: ["/srv/a", "http://localhost:1/"]),
                (name: "long", facts: ["", "http://localhost:2/"]), (name: "b", facts: []),
            ]) == """
                --name a     /srv/a  http://localhost:1/
                  --name long  http://localhost:2/
                  --name b
                """)
    }
}
