import Basics

/// `lbctl logs`: what all processes have written, from the history and live.
enum LogsCommand {
    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let flags = try LogsFlags(words)
        let folder = try flags.verb.pastFolder()
        if let story = flags.story {
            return StoryRequest(
                folder: folder, identity: story.identity, mention: story.mention, span: story.span,
                isJSON: flags.format == .json, colour: flags.colour
            ).show()
        }
        let request = LogRequest(
            folder: folder, filter: flags.filter,
            targets: flags.verb.options.operands, tail: flags.tail, follows: flags.follows,
            spansRuns: flags.spansRuns)
        let painter = LinePainter(
            flags.format == .json ? .json : .text, colour: flags.colour,
            showing: flags.format == .raw ? .texts : .lines, overwritten: .shown,
            view: flags.view, choosing: flags.chooses)
        return request.show(on: LogPrinter(painter))
    }
}
