import Basics
import Control
import Kernel
import Logs

/// What turns records into what `up` and `logs` show: lines for people, or objects for programs.
enum LinePainter {
    case text(Painter)
    case json(JSONPainter)

    enum Format: String, CaseIterable { case text, json }

    /// A painter for `output`: colours only where they are wanted.
    init(_ format: Format, colour: Colour, on output: DescriptorReference) {
        switch format {
        // As wide as `balancer` and `backend.1`, so that the first lines stand where all do.
        case .text: self = .text(Painter(colour: colour.isOn(for: output), width: 9))
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

/// Whether colours are wanted: `--color`, and what the environment says of it.
enum Colour: String, CaseIterable {
    case auto, always, never

    func isOn(for output: DescriptorReference) -> Bool {
        switch self {
        case .always: return true
        case .never: return false
        case .auto:
            if let word = ThisProcess.variable("NO_COLOR"), !word.isEmpty { return false }
            return output.isTerminal && ThisProcess.variable("TERM") != "dumb"
        }
    }

    static let option = Option("color", value: "WHEN", help: "auto, always or never (auto)")
}
