import Basics

/// `lbctl logs`: what all processes have written, from the history and live.
enum LogsCommand {
    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let flags = try LogsFlags(words)
        let request = LogRequest(
            folder: try flags.verb.pastFolder(), filter: flags.filter,
            targets: flags.verb.options.operands, tail: flags.tail, follows: flags.follows,
            spansRuns: flags.spansRuns)
        let painter = LinePainter(flags.format, colour: flags.colour, overwritten: .shown)
        return request.show(on: LogPrinter(painter))
    }
}
