import Basics
import Kernel
import Logs
import Terminal

/// The lines of the log, and what makes them fit for the terminal that they are shown on: access
/// lines folded, long lines wrapped. Elsewhere they are as they are.
struct LogLines: ~Copyable {
    private var painter: Painter
    private var folding: AccessFolding
    private let isTerminal: Bool
    /// How wide the terminal is; 0 where that is not known.
    private var columns = 0
    private var wrapping: Wrapping?
    /// The column for which `wrapping` was made.
    private var indent = 0
    /// A line that is too wide, while it is wrapped.
    private var wide = ByteQueue()

    init(_ painter: Painter, _ access: AccessFolding.Choice, isTerminal: Bool) {
        self.painter = painter
        self.isTerminal = isTerminal
        folding = AccessFolding(access)
    }

    var isColoured: Bool { painter.isColoured }

    mutating func expect(name: String) { painter.expect(name: name) }

    /// Asks how wide the terminal is now.
    mutating func measure(_ output: DescriptorReference) {
        if isTerminal { fit(columns: output.windowColumns ?? 0) }
    }

    /// Wraps what is wider than this from here on; 0: nothing.
    mutating func fit(columns: Int) {
        if columns == self.columns { return }
        self.columns = columns
        indent = 0
    }

    // MARK: Folding

    /// When something is to be shown though no record comes; `nil` while nothing is.
    var due: WallTime? { folding.due }

    /// Shows what is due by now.
    mutating func passed(to time: WallTime, to queue: inout ByteQueue) {
        if let account = folding.passed(to: time) { append(account, to: &queue) }
    }

    /// Shows what was to come later: there are no more records.
    mutating func finish(to queue: inout ByteQueue) {
        if let account = folding.finished() { append(account, to: &queue) }
    }

    mutating func append(_ record: borrowing Record, to queue: inout ByteQueue) {
        if let account = folding.passed(to: record.stamp.time) { append(account, to: &queue) }
        if record.stream == .access && folding.choice != .all, let facts = AccessFacts(record.text)
        {
            switch folding.took(facts, of: record.text, by: record.name) {
            case .show: break
            case .leaveOut: return
            case .announce:
                append(line: Self.announcement, by: record.name, at: record.stamp.time, to: &queue)
                return
            }
        }
        painter.appendDay(of: record.stamp.time, to: &queue)
        let start = queue.count
        painter.append(record, to: &queue)
        wrap(from: start, in: &queue)
    }

    private static let announcement =
        "more than \(AccessFolding.limit) access lines a second: one line a second from here "
        + "(--access-lines all shows each)"

    private mutating func append(_ account: AccessAccount, to queue: inout ByteQueue) {
        append(
            line: account.text, by: account.name.span, at: account.time,
            in: account.hasFailures ? EventTone.bad.colour : nil, to: &queue)
    }

    /// A line in the place of several.
    private mutating func append(
        line: String, by name: Span<UInt8>, at time: WallTime, in colour: StaticString? = nil,
        to queue: inout ByteQueue
    ) {
        let text = Array(line.utf8)
        let record = Record(
            stamp: Stamp(sequence: 0, time: time), name: name, stream: .access, text: text.span)
        painter.appendDay(of: time, to: &queue)
        let start = queue.count
        painter.append(record, in: colour ?? "\u{1B}[2m", to: &queue)
        wrap(from: start, in: &queue)
    }

    // MARK: Wrapping

    /// Wraps the lines that were painted from `start` on, where one is too wide.
    private mutating func wrap(from start: Int, in queue: inout ByteQueue) {
        if columns == 0 || queue.count == start { return }
        if painter.textColumn != indent {
            indent = painter.textColumn
            wrapping = Wrapping(
                columns: columns, indent: indent, style: Style(isColoured: painter.isColoured))
        }
        guard let wrapping else { return }
        let head = painter.headLength
        let end = queue.count - 1
        if wrapping.fits(queue.bytes.extracting(start..<end), hidden: head - indent) { return }
        wide.removeAll()
        wide.append(queue.bytes.extracting(start..<end))
        queue.truncate(to: start)
        // A record with line feeds in it was painted as several lines.
        var first = 0
        while first <= wide.count {
            let end = wide.bytes.first(Ascii.lineFeed, from: first) ?? wide.count
            wrapping.append(wide.bytes.extracting(first..<end), head: head, to: &queue)
            queue.append(Ascii.lineFeed)
            first = end + 1
        }
    }
}
