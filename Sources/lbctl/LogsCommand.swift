import Basics
import Control
import History
import Kernel
import Logs
import Supervision

/// `lbctl logs`: what everybody has said, from the history and live.
struct LogsCommand: ~Copyable {
    private let verb: Verb
    private let filter: LogFilter
    private let tail: Int?
    private var painter: LinePainter
    private var painted = ByteQueue(capacity: 1 << 17)

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        var command = try read(words)
        let folder = try command.verb.folder()
        do throws(Refusal) {
            if command.verb.options.has("follow") {
                try command.follow(folder)
            } else {
                try command.show(through: .max)
            }
            return 0
        } catch {
            Console.complain(error.what, why: error.why, advice: error.advice)
            return 1
        }
    }

    private static let options = [
        Option("follow", short: "f", help: "go on with what comes"),
        Option("tail", value: "N", help: "only the last N lines"),
        Option("format", value: "text|json", help: "how to print (text)"),
        Colour.option,
    ]

    private static func read(_ words: [String]) throws(UsageError) -> LogsCommand {
        let verb = try Verb(
            words, usage: "lbctl logs [-f] [--tail N] [--format json] [NAME…]",
            examples: [
                ("lbctl logs", "all of the last run"),
                ("lbctl logs -f --tail 10", "the last ten lines, and what comes"),
                ("lbctl logs backend.2 lbctl", "one backend, and lbctl's own sentences"),
            ],
            options: Self.options)
        let tail = try verb.options.number("tail", in: 0...1_000_000_000)
        let format = try verb.options.choice("format", LinePainter.Format.self) ?? .text
        let colour = try verb.options.choice("color", Colour.self) ?? .auto
        return LogsCommand(
            verb: verb, tail: tail,
            painter: LinePainter(format, colour: colour, on: .standardOutput))
    }

    private init(verb: Verb, tail: Int?, painter: LinePainter) {
        self.verb = verb
        self.tail = tail
        self.painter = painter
        filter = LogFilter(names: verb.options.operands)
    }

    /// Prints the last run up to a number.
    private mutating func show(through: UInt64) throws(Refusal) {
        let path = HistoryFolder.path(of: verb.name)
        do throws(SystemError) {
            let history = try HistoryReader(folder: path)
            guard let first = try history.lastRun() else {
                throw SystemError(call: "lastRun", errno: .noSuchFile)
            }
            let query = HistoryQuery(filter: filter, from: first, through: through, tail: tail)
            // The closure below must not reach into self while this call holds it.
            var queue = ByteQueue(capacity: 1 << 17)
            var painter = painter
            var isReading = true
            try history.read(query) { record in
                painter.append(record, to: &queue)
                if queue.count > 1 << 16 { isReading = Self.print(&queue) }
                return isReading
            }
            _ = Self.print(&queue)
            self.painter = painter
        } catch {
            if error.errno == .noSuchFile {
                throw Refusal(
                    what: "there is nothing to show", why: "'\(verb.name)' has never run",
                    advice: "start it with 'lbctl up'")
            }
            throw Refusal(what: "the history in \(path) can't be read", why: "\(error)")
        }
    }

    /// Prints what there is, and then what comes: the supervisor says which record is the first
    /// that it will send, and the history has all before it.
    private mutating func follow(_ folder: RuntimeFolder) throws(Refusal) {
        var client = try ControlClient(folder)
        guard case .following(let from) = try client.ask(.follow) else { throw ControlClient.lost }
        try show(through: from - 1)
        while let reply = try client.next() {
            switch reply {
            case .record(let word): append(word)
            case .missed(let count):
                Console.note("lbctl: \(count) lines were left out here; 'lbctl logs' has them")
            case .done, .refused, .status, .killed, .following, .reported: continue
            }
            // As long as more is there already, it is gathered.
            if client.hasMore && painted.count < 1 << 16 { continue }
            if !Self.print(&painted) { return }
        }
    }

    private mutating func append(_ word: RecordWord) {
        let name = Array(word.name.utf8)
        let record = word.record(name.span)
        if filter.matches(record) { painter.append(record, to: &painted) }
    }

    /// Writes what was painted; false when nobody reads it any more.
    private static func print(_ queue: inout ByteQueue) -> Bool {
        defer { queue.removeAll() }
        return DescriptorReference.standardOutput.writeAll(&queue)
    }
}

extension RecordWord {
    /// The record that the word speaks of; its name lies in `name`.
    @_lifetime(copy name, borrow self)
    func record(_ name: Span<UInt8>) -> Record {
        Record(
            stamp: Stamp(sequence: sequence, time: time), name: name, generation: generation,
            stream: Stream(rawValue: stream) ?? .event, part: Part(rawValue: part) ?? .whole,
            text: text.span)
    }
}
