import Basics
import Control
import Logs
import Terminal

/// The story of a request as people read it.
struct StoryText {
    let story: RequestStory
    let style: Style

    /// How wide the bars are: all of the request.
    private static let width = 40

    /// Lines, without what can move a cursor.
    var lines: [String] {
        let record = story.record
        var lines = [
            "\(record.line) \(record.version) from \(record.client): \(outcome), "
                + "\(record.bytes) bytes, \(Figures.text(record.duration))",
            "id \(record.id)" + (story.trace.map { ", trace \($0)" } ?? ""),
            "over at \(story.time.timestamp)",
        ]
        lines.append(summary)
        for attempt in record.attempts.indices {
            lines.append("")
            lines += self.lines(of: attempt)
        }
        if !story.events.isEmpty {
            lines += ["", "what happened to them"]
            lines += story.events.map { "  \($0.time.timestamp) \($0.event.sentence)" }
        }
        if !story.lines.isEmpty {
            lines += ["", "what else carries the id"]
            lines += story.lines.map { "  \($0.time.timestamp) \($0.name) | \($0.text)" }
        }
        return lines
    }

    private var outcome: String {
        let status = "\(story.record.status)"
        return style.paint(status, story.record.status < 500 ? .green : .red)
    }

    /// Which backend answered it, at which attempt, or that none did.
    private var summary: String {
        let record = story.record
        let attempts = record.tries
        let ordinal = attempts > 1 ? " at attempt \(attempts)" : ""
        if record.isUncertain {
            return "the balancer was killed as it sent the last of the response"
        }
        if let error = record.error {
            let count = attempts == 0 ? "no backend had it" : Figures.count(attempts, "attempt")
            return "it came to nothing: \(error), \(count)"
        }
        guard attempts > 0, let backend = record.backend else {
            return "the balancer answered it; no backend had it"
        }
        return "answered by \(backend)\(ordinal)"
    }

    private func lines(of attempt: Int) -> [String] {
        let told = story.record.attempts[attempt]
        let name = story.backend(attempt) ?? "a backend that is gone"
        let process = story.processes[attempt]
        let title = Figures.process(name, port: process?.port ?? 0, pid: process?.pid ?? 0)
        let failure = story.failure(attempt)
        var lines = [
            "\(attempt + 1)  \(title): "
                + outcome(of: told, failure),
            "   \(told.explanation)",
            "   \(Self.connection(of: told))",
        ]
        let wait = story.wait(before: attempt)
        if wait.count > 0 {
            let from = Nanoseconds(told.chosen.count.subtractingClamped(wait.count))
            lines.append(row("waited", from, told.chosen))
        }
        var from = told.chosen
        func part(_ name: String, until end: Nanoseconds?) {
            guard let end, end.count > from.count else { return }
            lines.append(row(name, from, end))
            from = end
        }
        if told.isNew { part("connect", until: told.connected.map { told.chosen + $0 }) }
        if let sent = told.sent, sent.count > (told.connected?.count ?? 0) {
            part("request", until: told.chosen + sent)
        }
        part("first byte", until: told.answered.map { told.chosen + $0 })
        let isWhole = failure == nil && told.answered != nil
        part(isWhole ? "last byte" : "ended", until: story.end(of: attempt))
        return lines
    }

    private func outcome(of told: StoryAttempt, _ failure: String?) -> String {
        if let failure { return style.paint(failure, .red) }
        if told.answered != nil { return style.paint("answered", .green) }
        return style.paint(story.record.error ?? "not answered", .red)
    }

    private static func connection(of told: StoryAttempt) -> String {
        if !told.isNew { return "over a connection that was kept" }
        return told.connected == nil
            ? "over a new connection, which did not come about" : "over a new connection"
    }

    /// `connect     0.04 ms  |=           |`.
    private func row(_ name: String, _ from: Nanoseconds, _ to: Nanoseconds) -> String {
        let span = Figures.text(Nanoseconds(to.count.subtractingClamped(from.count)))
        let whole = Double(max(1, story.record.duration.count))
        let start = min(Self.width - 1, Int(Double(from.count) / whole * Double(Self.width)))
        let end = min(Self.width, Int((Double(to.count) / whole * Double(Self.width)).rounded(.up)))
        let bar = String(repeating: "=", count: max(1, end - start))
        let line = String(repeating: " ", count: start) + bar
        return "     " + Self.padded(name, 12) + Self.padded(span, 10)
            + "|" + Self.padded(line, Self.width) + "|"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
