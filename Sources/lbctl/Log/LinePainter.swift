import Basics
import Control
import Kernel
import Logs
import Terminal

/// What turns records into what `up`, `logs` and `events` show: lines for people, or objects for
/// programs.
struct LinePainter: ~Copyable {
    enum Format: String, CaseIterable { case text, json }

    /// What is shown of a record.
    enum Matter {
        case lines, changes
        /// What was said and nothing else.
        case texts
    }

    private let format: Format
    private let matter: Matter
    private let isTerminal = DescriptorReference.standardOutput.isTerminal
    private var lines: LogLines
    private var objects = JSONPainter()
    private var changes: EventPainter

    /// A painter for standard output: colours only where they are wanted. `choosing` says that the
    /// records are those that were asked for.
    init(
        _ format: Format, colour: ColourChoice, showing matter: Matter = .lines,
        overwritten: Painter.Overwritten = .hidden, view: LineView = LineView(),
        choosing: Bool = false
    ) {
        self.format = format
        self.matter = matter
        let output = DescriptorReference.standardOutput
        let isColoured = colour.style(for: output).isColoured
        // As wide as `balancer` and `backend.1`, so that the first lines stand where all do.
        let painter = Painter(
            colour: isColoured, width: 9, overwritten: overwritten, time: view.time(on: output))
        lines = LogLines(
            painter, format == .text ? view.access(on: output, choosing: choosing) : .all,
            isTerminal: output.isTerminal)
        changes = EventPainter(colour: isColoured)
    }

    /// Asks how wide the terminal is now.
    mutating func measure(_ output: DescriptorReference) { lines.measure(output) }

    /// When something is to be shown though no record comes; `nil` while nothing is.
    var due: WallTime? { lines.due }

    /// Shows what is due by now.
    mutating func passed(to time: WallTime, to queue: inout ByteQueue) {
        lines.passed(to: time, to: &queue)
    }

    /// Shows what was to come later: there are no more records.
    mutating func finish(to queue: inout ByteQueue) { lines.finish(to: &queue) }

    /// Makes room for names before their first records come, so that all stands below each other.
    mutating func expect(_ names: [String]) {
        for name in names {
            lines.expect(name: name)
            changes.expect(name: name)
        }
    }

    /// Octet for octet, but to a terminal, which must not take them for commands.
    private func appendText(_ record: borrowing Record, to queue: inout ByteQueue) {
        if let event = record.event {
            queue.append(text: event.sentence)
        } else if isTerminal {
            SafeText.append(record.shown, colours: lines.isColoured, to: &queue)
        } else {
            queue.append(record.shown)
        }
        if !record.part.isPartial { queue.append(Ascii.lineFeed) }
    }

    mutating func append(_ record: borrowing Record, to queue: inout ByteQueue) {
        switch (matter, format) {
        case (.lines, .text): lines.append(record, to: &queue)
        case (.lines, .json): objects.append(record, to: &queue)
        case (.texts, _): appendText(record, to: &queue)
        case (.changes, .text): changes.appendRow(record, to: &queue)
        case (.changes, .json): changes.appendObject(record, to: &queue)
        }
    }
}

extension ColourChoice {
    static let option = Option(
        "color", value: "WHEN", help: "auto, always or never (auto)",
        words: ColourChoice.allCases.map(\.rawValue))

    /// What was said of colours, and what the environment and `output` say of them.
    func style(for output: DescriptorReference) -> Style {
        Style(choice: self, isTerminal: output.isTerminal) { ThisProcess.variable($0) }
    }
}

extension RecordWord {
    /// The record that the word speaks of; its name lies in `name`.
    @_lifetime(copy name, borrow self)
    func record(_ name: Span<UInt8>) -> Record {
        Record(
            stamp: Stamp(sequence: sequence, time: time), name: name, generation: generation,
            stream: Stream(rawValue: stream) ?? .sentence, part: Part(rawValue: part) ?? .whole,
            text: text.span)
    }
}
