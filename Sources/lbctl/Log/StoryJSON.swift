import Basics
import Control
import Logs

/// The story of a request as programs read it: an object.
enum StoryJSON {
    static func object(_ story: RequestStory) -> JSONObject {
        let record = story.record
        let words = record.line.split(separator: " ", maxSplits: 1)
        var object = JSONObject()
        object.put("id", text: record.id)
        object.put("trace_id", text: story.trace)
        object.put("time", text: story.time.timestamp)
        object.put("client", text: record.client)
        object.put("method", text: words.count == 2 ? String(words[0]) : nil)
        object.put("target", text: words.count == 2 ? String(words[1]) : nil)
        object.put("protocol", text: record.version)
        object.put("status", number: record.status)
        object.put("bytes", number: record.bytes)
        object.put("duration_ms", decimal: milliseconds(record.duration))
        object.put("backend", text: record.backend)
        object.put("tries", number: record.tries)
        object.put("error", text: record.error)
        object.put("uncertain", flag: record.isUncertain)
        object.put("attempts", list: record.attempts.indices.map { attempt(story, $0).text })
        object.put("events", list: story.events.map { event($0).text })
        object.put("lines", list: story.lines.map { line($0).text })
        return object
    }

    private static func attempt(_ story: RequestStory, _ number: Int) -> JSONObject {
        let told = story.record.attempts[number]
        let process = story.processes[number]
        var object = JSONObject()
        object.put("backend", text: story.backend(number))
        object.put("port", number: process?.port)
        object.put("pid", number: process?.pid)
        object.put("generation", number: told.generation)
        object.put("error", text: story.failure(number))
        object.put("reason", text: "\(told.reason.word)")
        object.put("why", text: told.explanation)
        object.put("ready", number: told.ready)
        object.put("members", number: told.members)
        var passed = JSONObject()
        passed.put("tried", number: told.tried)
        passed.put("down", number: told.down)
        passed.put("suspect", number: told.suspect)
        passed.put("busy", number: told.busy)
        object.put("passed_over", object: passed)
        let unit = told.reason == .time ? 1000.0 : 100.0
        object.put("load", decimal: told.load.map { Double($0) / unit })
        object.put("next_best", text: told.rival)
        object.put("next_best_load", decimal: told.rivalLoad.map { Double($0) / unit })
        object.put("waited_ms", decimal: milliseconds(story.wait(before: number)))
        object.put("chosen_ms", decimal: milliseconds(told.chosen))
        object.put("connection", text: told.isNew ? "new" : "kept")
        object.put("connect_ms", decimal: told.isNew ? milliseconds(told.connected) : 0)
        object.put("sent_ms", decimal: milliseconds(told.sent))
        object.put("first_byte_ms", decimal: milliseconds(told.answered))
        object.put("ended_ms", decimal: milliseconds(story.end(of: number)))
        return object
    }

    private static func event(_ told: RequestStory.Event) -> JSONObject {
        var object = JSONObject()
        object.put("time", text: told.time.timestamp)
        object.put("kind", text: told.event.kind.rawValue)
        object.put("name", text: told.event.subject?.name)
        object.put("pid", number: told.event.subject?.pid)
        object.put("what", text: told.event.what)
        return object
    }

    static func line(_ line: RequestStory.Line) -> JSONObject {
        var object = JSONObject()
        object.put("time", text: line.time.timestamp)
        object.put("name", text: line.name)
        object.put("text", text: line.text)
        return object
    }

    private static func milliseconds(_ span: Nanoseconds?) -> Double? {
        span.map { Double($0.count) / 1_000_000 }
    }
}
