import Basics

/// What turns records into the rows of a table of events, or into JSON lines.
///
/// The table is one that goes on: its columns are as wide as names, ports and pids usually are.
public struct EventPainter: Sendable {
    private let isColoured: Bool
    private var widest = 9
    private var hasHead = false
    private var timestamps = TimestampWriter()

    public init(colour: Bool) { isColoured = colour }

    /// Makes room for a name before its first row comes.
    public mutating func expect(name: String) { widest = max(widest, name.utf8.count) }

    /// Appends the row of a record that tells of an event, below the head if it is the first.
    public mutating func appendRow(_ record: borrowing Record, to queue: inout ByteQueue) {
        guard let event = ServiceEvent(toldBy: record) else { return }
        if !hasHead {
            hasHead = true
            append(
                ["TIME" + blanks(TimestampWriter.width - 4), "NAME", "PORT", "PID", "CHANGE"],
                "WHAT", colour: nil, to: &queue)
        }
        var time = ByteQueue(capacity: 32)
        timestamps.append(record.stamp.time, to: &time)
        let name = event.subject?.name ?? "-"
        widest = max(widest, name.utf8.count)
        append(
            [
                Utf8.string(time.bytes), name, event.subject?.port.map { "\($0)" } ?? "-",
                event.subject?.pid.map { "\($0)" } ?? "-", event.kind.rawValue,
            ], event.what, colour: isColoured ? event.tone.colour : nil, to: &queue)
    }

    private func append(
        _ cells: [String], _ what: String, colour: StaticString?, to queue: inout ByteQueue
    ) {
        queue.append(text: cells[0] + "  ")
        SafeText.append(cells[1].utf8.span, colours: false, to: &queue)
        queue.append(text: blanks(widest - cells[1].utf8.count))
        queue.append(text: "  " + blanks(5 - cells[2].utf8.count) + cells[2])
        queue.append(text: "  " + blanks(7 - cells[3].utf8.count) + cells[3] + "  ")
        if let colour { queue.append(colour) }
        queue.append(text: cells[4])
        if colour != nil { queue.append("\u{1B}[0m") }
        queue.append(text: blanks(14 - cells[4].utf8.count) + "  ")
        SafeText.append(what.utf8.span, colours: false, to: &queue)
        queue.append(Ascii.lineFeed)
    }

    private func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    /// Appends the object of a record that tells of an event, and a line feed.
    public mutating func appendObject(_ record: borrowing Record, to queue: inout ByteQueue) {
        guard let event = ServiceEvent(toldBy: record) else { return }
        EventJSON.appendObject(event, at: record.stamp, &timestamps, to: &queue)
    }
}

extension EventTone {
    /// What sets it on a terminal; `nil` where it has no colour.
    public var colour: StaticString? {
        switch self {
        case .bad: "\u{1B}[31m"
        case .good: "\u{1B}[32m"
        case .warning: "\u{1B}[33m"
        case .plain: nil
        }
    }
}

extension ServiceEvent {
    /// What a record tells of; `nil` where a child or a balancer wrote it. A sentence of 0.1.0, and
    /// a spelling that was spoilt, is a remark.
    public init?(toldBy record: borrowing Record) {
        switch record.stream {
        case .out, .err, .access: return nil
        case .event, .run, .sentence, .runSentence:
            self = record.event ?? .notice(Utf8.string(record.text))
        }
    }
}
