import Basics
import History
import Kernel
import Logs

/// Which records of the history a request asks for.
struct HistoryAsk: Sendable {
    enum Matter: Sendable {
        case lines, events
    }

    let matter: Matter
    let query: HistoryQuery

    /// Reads the parameters; throws a sentence where one says what it can't.
    init(_ matter: Matter, _ request: AdminRequest, now: WallTime) throws(UsageError) {
        self.matter = matter
        let known =
            ["process", "since", "until", "tail", "after"]
            + (matter == .lines ? ["grep", "request"] : ["kind"])
        for (name, _) in request.query where !known.contains(name) {
            throw UsageError(
                "there is no parameter '\(name)'",
                hint: "there are \(known.joined(separator: ", "))")
        }
        var filter = LogFilter(
            since: try Self.time("since", request, now), until: try Self.time("until", request, now)
        )
        let names = request.query.filter { $0.name == "process" }.map(\.value)
        if matter == .lines {
            filter.names = names
            try Self.addTexts(to: &filter, request)
        } else {
            filter.streams = Stream.own
            filter.records = Self.isWanted(names, try Self.kinds(request))
        }
        var query = HistoryQuery(filter: filter, tail: try Self.tail(request))
        if let text = request.value("after") {
            guard let number = UInt64(text) else {
                throw UsageError("'after' is to be the number of a record, not '\(text)'")
            }
            query.from = number.addingClamped(1)
        }
        self.query = query
    }

    private static func time(
        _ name: String, _ request: AdminRequest, _ now: WallTime
    ) throws(UsageError) -> WallTime? {
        guard let text = request.value(name) else { return nil }
        guard let time = HumanTime.parse(text, now: now) else {
            throw UsageError(
                "'\(name)' can't be '\(text)'", hint: "10s or 1h30m ago, 09:15, or RFC 3339")
        }
        return time
    }

    private static func tail(_ request: AdminRequest) throws(UsageError) -> Int {
        guard let text = request.value("tail") else { return AdminLimits.usualRecords }
        guard let count = Int(text), (1...AdminLimits.records).contains(count) else {
            throw UsageError("'tail' is a number from 1 to \(AdminLimits.records)")
        }
        return count
    }

    private static func addTexts(
        to filter: inout LogFilter, _ request: AdminRequest
    ) throws(UsageError) {
        for (name, value) in request.query where name == "grep" {
            guard let pattern = try? Pattern(value) else {
                throw UsageError("'grep' is no regular expression (POSIX extended): '\(value)'")
            }
            filter.texts.append { pattern.matches($0) }
        }
        guard let id = request.value("request") else { return }
        guard let mention = RequestMention(of: id) else {
            throw UsageError("'request' is no id of a request")
        }
        filter.texts.append { mention.isIn($0) }
    }

    private static func kinds(_ request: AdminRequest) throws(UsageError) -> Set<EventKind> {
        var kinds: Set<EventKind> = []
        for (name, value) in request.query where name == "kind" {
            do throws(EventKind.Unknown) {
                kinds.formUnion(try EventKind.list(value))
            } catch {
                throw UsageError(error.why, hint: error.advice)
            }
        }
        return kinds
    }

    private static func isWanted(
        _ names: [String], _ kinds: Set<EventKind>
    ) -> @Sendable (borrowing Record) -> Bool {
        { record in
            guard let event = ServiceEvent(toldBy: record) else { return false }
            if !kinds.isEmpty && !kinds.contains(event.kind) { return false }
            if names.isEmpty { return true }
            guard let name = event.subject?.name else { return false }
            return names.contains { LogFilter.name(name.utf8.span, isOf: $0) }
        }
    }

    /// Reads them, and answers with an array of the objects that `logs` and `events` print.
    func answer(from folder: ByteString) -> AdminResponse {
        var painter = JSONPainter()
        var events = EventPainter(colour: false)
        var objects = ByteQueue(capacity: 1 << 16)
        do throws(SystemError) {
            try HistoryReader(folder: folder).read(query) { record in
                switch matter {
                case .lines: painter.append(record, to: &objects)
                case .events: events.appendObject(record, to: &objects)
                }
                return objects.count < AdminLimits.records * 4096
            }
        } catch {
            return .error(503, "the history can't be read: \(error.errno)")
        }
        let lines = Utf8.string(objects.bytes).split(separator: "\n")
        return .json("[" + lines.joined(separator: ",\n ") + "]")
    }
}
