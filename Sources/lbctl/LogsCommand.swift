import Basics
import Control
import Kernel
import Supervision

/// `lbctl logs`: what everybody has said.
enum LogsCommand {
    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl logs [-f] [--tail N] [NAME…]",
            examples: [
                ("lbctl logs", "all of the last run"),
                ("lbctl logs -f --tail 10", "the last ten lines, and what comes"),
            ],
            options: [
                Option("follow", short: "f", help: "go on with what comes"),
                Option("tail", value: "N", help: "only the last N lines"),
            ])
        let folder = try verb.folder()
        do throws(Refusal) {
            if !verb.options.has("follow") {
                let text = try? Files.text(HistoryFolder.path(of: verb.name) + "/current.log")
                DescriptorReference.standardOutput.writeAll(text ?? "")
                return 0
            }
            var client = try ControlClient(folder)
            try client.send(.follow)
            var painter = LinePainter(.text, colour: .auto, on: .standardOutput)
            var painted = ByteQueue(capacity: 4096)
            while let reply = try client.next() {
                if case .record(let record) = reply {
                    painter.append(record, to: &painted)
                    DescriptorReference.standardOutput.writeAll(&painted)
                }
            }
            return 0
        } catch {
            Console.complain(error.what, why: error.why, advice: error.advice)
            return 1
        }
    }
}
