import Basics

/// What turns records into the rows of a table of state changes, or into JSON lines.
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

    /// Appends the row of a record that tells of a change, below the head if it is the first.
    public mutating func appendRow(_ record: borrowing Record, to queue: inout ByteQueue) {
        guard let change = StateChange(record) else { return }
        if !hasHead {
            hasHead = true
            append(
                ["TIME" + blanks(TimestampWriter.width - 4), "NAME", "PORT", "PID", "CHANGE"],
                "WHAT", change: nil, to: &queue)
        }
        var time = ByteQueue(capacity: 32)
        timestamps.append(record.stamp.time, to: &time)
        let name = change.name ?? "-"
        widest = max(widest, name.utf8.count)
        append(
            [
                Utf8.string(time.bytes), name, change.port.map { "\($0)" } ?? "-",
                change.pid.map { "\($0)" } ?? "-", change.kind.rawValue,
            ], change.what, change: change, to: &queue)
    }

    private func append(
        _ cells: [String], _ what: String, change: StateChange?, to queue: inout ByteQueue
    ) {
        let colour = isColoured ? change.flatMap { Self.colour(of: $0.kind) } : nil
        queue.append(text: cells[0] + "  ")
        SafeText.append(cells[1].utf8.span, colours: false, to: &queue)
        queue.append(text: blanks(widest - cells[1].utf8.count))
        queue.append(text: "  " + blanks(5 - cells[2].utf8.count) + cells[2])
        queue.append(text: "  " + blanks(7 - cells[3].utf8.count) + cells[3] + "  ")
        if let colour { queue.append(colour) }
        queue.append(text: cells[4])
        if colour != nil { queue.append("\u{1B}[0m") }
        queue.append(text: blanks(10 - cells[4].utf8.count) + "  ")
        SafeText.append(what.utf8.span, colours: false, to: &queue)
        queue.append(Ascii.lineFeed)
    }

    private func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    private static func colour(of kind: StateChange.Kind) -> StaticString? {
        switch kind {
        case .failed, .killed, .down, .noneLeft, .unwritable: "\u{1B}[31m"
        case .started, .ready, .up, .undrained, .resumed, .writable: "\u{1B}[32m"
        case .unready, .signalled, .exited, .overdue, .paused, .draining, .drained: "\u{1B}[33m"
        case .stopping, .stopped, .weighed, .replaced, .other: nil
        }
    }

    /// Appends the object of a record that tells of a change, and a line feed.
    public mutating func appendObject(_ record: borrowing Record, to queue: inout ByteQueue) {
        guard let change = StateChange(record) else { return }
        queue.append("{\"seq\":")
        queue.append(decimal: record.stamp.sequence)
        queue.append(",\"time\":\"")
        timestamps.append(record.stamp.time, to: &queue)
        queue.append("\",\"name\":")
        if let name = change.name {
            JSONText.append(name.utf8.span, to: &queue)
        } else {
            queue.append("null")
        }
        queue.append(text: ",\"port\":" + (change.port.map { "\($0)" } ?? "null"))
        queue.append(text: ",\"pid\":" + (change.pid.map { "\($0)" } ?? "null"))
        queue.append(text: ",\"change\":\"\(change.kind.rawValue)\",\"what\":")
        JSONText.append(change.what.utf8.span, to: &queue)
        queue.append("}\n")
    }
}
