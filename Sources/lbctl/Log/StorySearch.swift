import Basics
import Control
import History
import Logs

/// The looking for the stories of a request in the history, in one pass.
struct StorySearch {
    /// Of a trace there may be any number of requests.
    private static let mostStories = 100
    private static let mostLines = 1000
    /// How many events are remembered, for what happened shortly before a request was over.
    private static let remembered = 256

    private let mention: RequestMention
    private let identities: [String]
    private(set) var stories: [RequestStory] = []
    /// All that carries the identifier and is no access record.
    private(set) var lines: [RequestStory.Line] = []
    private var recent: [RequestStory.Event] = []
    /// The last that is known of each process, by name and generation.
    private var processes: [Process: ServiceEvent.Subject] = [:]

    private struct Process: Hashable {
        let name: String
        let generation: UInt64
    }

    init(_ mention: RequestMention) {
        self.mention = mention
        identities = mention.identities
    }

    /// Whether nothing in the history speaks of it.
    var isEmpty: Bool { stories.isEmpty && lines.isEmpty }

    /// Whether a record has to do with it.
    func isWanted(_ record: borrowing Record) -> Bool {
        record.stream.isEvent || mention.isIn(record)
    }

    /// Takes a record in, in their order.
    mutating func take(_ record: borrowing Record) {
        if let event = record.event { take(event, at: record.stamp.time) }
        if !mention.isIn(record) { return }
        if record.stream == .access, let told = RequestRecord(record.text),
            identities.contains(told.id)
        {
            if stories.count < Self.mostStories { begin(told, at: record.stamp.time) }
            return
        }
        if lines.count == Self.mostLines { return }
        let text = record.event.map(\.sentence) ?? Utf8.string(record.shown)
        lines.append(
            RequestStory.Line(
                time: record.stamp.time, name: Utf8.string(record.name), text: text))
    }

    private mutating func take(_ event: ServiceEvent, at time: WallTime) {
        guard let subject = event.subject else { return }
        if let generation = subject.generation, subject.pid != nil {
            processes[Process(name: subject.name, generation: generation)] = subject
        }
        let told = RequestStory.Event(time: time, event: event)
        recent.append(told)
        if recent.count > 2 * Self.remembered { recent.removeFirst(Self.remembered) }
        for index in stories.indices where concerns(told, stories[index]) {
            stories[index].events.append(told)
        }
    }

    private mutating func begin(_ record: RequestRecord, at time: WallTime) {
        var story = RequestStory(time: time, record: record)
        story.events = recent.filter { concerns($0, story) }
        stories.append(story)
    }

    private func concerns(_ told: RequestStory.Event, _ story: RequestStory) -> Bool {
        guard let name = told.event.subject?.name, story.includes(told.time) else { return false }
        return name == story.record.backend
            || story.record.failures.contains { $0.backend == name }
    }

    /// All has been taken in: tells each story which processes had it, and which lines are its own.
    mutating func end() {
        for index in stories.indices {
            let story = stories[index]
            stories[index].processes = story.record.attempts.indices.map { attempt in
                guard let name = story.backend(attempt) else { return nil }
                let generation = story.record.attempts[attempt].generation
                return processes[Process(name: name, generation: generation)]
            }
            // Of one identifier alone all lines are the only request's.
            stories[index].lines =
                stories.count == 1
                ? lines : lines.filter { story.includes($0.time) }
        }
    }
}
