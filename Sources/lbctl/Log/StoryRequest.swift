import Basics
import Control
import History
import Kernel
import Logs
import Supervision
import Terminal

/// `lbctl logs --request ID`: the story of a request, from the history.
struct StoryRequest {
    let folder: RuntimeFolder
    let identity: String
    let mention: RequestMention
    let span: (since: WallTime?, until: WallTime?)
    let isJSON: Bool
    let colour: ColourChoice

    /// Shows it, and returns the exit code.
    func show() -> Int32 {
        VerbEnd.of { () throws(Refusal) in
            let search = try search()
            if search.isEmpty { throw absence }
            // Where no access line is kept there are the lines of others alone.
            if search.stories.isEmpty {
                say(search.lines)
            } else if isJSON {
                for story in search.stories { Console.say(StoryJSON.object(story).text) }
            } else {
                say(search.stories)
            }
            return VerbEnd.done
        }
    }

    private func search() throws(Refusal) -> StorySearch {
        let past = PastLog(of: folder.name)
        // Asked in any case: what was said until now is in the history then.
        let isRunning = LogRequest.status(of: folder) != nil
        _ = try past.lastRun(isRunning: isRunning)
        var search = StorySearch(mention)
        var filter = LogFilter(since: span.since, until: span.until)
        let wanted = search
        filter.records = { wanted.isWanted($0) }
        try past.read(HistoryQuery(filter: filter)) { record in
            search.take(record)
            return true
        }
        search.end()
        return search
    }

    private var absence: Refusal {
        Refusal(
            what: "there is nothing to show",
            why: "the history of '\(folder.name)' has no request '\(identity)'",
            advice: "its id is in X-Request-Id of an answer of the balancer's own, and at the end "
                + "of its access line, or is the trace-id of its traceparent")
    }

    private func say(_ stories: [RequestStory]) {
        let style = colour.style(for: .standardOutput)
        for (number, story) in stories.enumerated() {
            if number > 0 { Console.say("") }
            for line in StoryText(story: story, style: style).lines { say(line, style.isColoured) }
        }
    }

    private func say(_ lines: [RequestStory.Line]) {
        let isColoured = colour.style(for: .standardOutput).isColoured
        for line in lines {
            if isJSON {
                Console.say(StoryJSON.line(line).text)
            } else {
                say("\(line.time.timestamp) \(line.name) | \(line.text)", isColoured)
            }
        }
    }

    private func say(_ line: String, _ isColoured: Bool) {
        var queue = ByteQueue(capacity: line.utf8.count + 16)
        SafeText.append(Array(line.utf8).span, colours: isColoured, to: &queue)
        Console.say(Utf8.string(queue.bytes))
    }
}
