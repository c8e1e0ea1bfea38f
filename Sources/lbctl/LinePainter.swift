import Basics
import Control
import Kernel
import Logs
import Terminal

/// What turns records into what `up` and `logs` show: lines for people, or objects for programs.
enum LinePainter {
    case text(Painter)
    case json(JSONPainter)

    enum Format: String, CaseIterable { case text, json }

    /// A painter for `output`: colours only where they are wanted.
    init(_ format: Format, colour: ColourChoice, on output: DescriptorReference) {
        switch format {
        // As wide as `balancer` and `backend.1`, so that the first lines stand where all do.
        case .text: self = .text(Painter(colour: colour.style(for: output).isColoured, width: 9))
        case .json: self = .json(JSONPainter())
        }
    }

    mutating func append(_ record: borrowing Record, to queue: inout ByteQueue) {
        switch self {
        case .text(var painter):
            painter.append(record, to: &queue)
            self = .text(painter)
        case .json(var painter):
            painter.append(record, to: &queue)
            self = .json(painter)
        }
    }

    /// The same for a record that came over the control socket.
    mutating func append(_ word: RecordWord, to queue: inout ByteQueue) {
        let name = Array(word.name.utf8)
        let record = word.record(name.span)
        append(record, to: &queue)
    }
}

extension ColourChoice {
    static let option = Option("color", value: "WHEN", help: "auto, always or never (auto)")

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
            stream: Stream(rawValue: stream) ?? .event, part: Part(rawValue: part) ?? .whole,
            text: text.span)
    }
}
