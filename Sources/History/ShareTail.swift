import Basics
import Kernel
import Logs

/// A walk over the record lines of a share from the newest to the oldest.
struct ShareTail: ~Copyable {
    private let folder: ByteString
    private let segments: [Segment]
    private var index: Int
    private var file: Descriptor?
    private var lines = LinesBackward(end: 0)
    /// The number of the record that the walk stands at; `nil` when it is over.
    private(set) var sequence: UInt64?

    init(folder: ByteString, segments: [Segment]) {
        self.folder = folder
        self.segments = segments
        index = segments.count
    }

    /// The record line that the walk stands at, without its line feed.
    var line: Span<UInt8> {
        @_lifetime(borrow self)
        get { lines.line }
    }

    /// Where that line begins.
    var place: Place { Place(segment: max(0, index), offset: lines.start) }

    /// Goes to the record line before; false where there is none.
    mutating func step() throws(SystemError) -> Bool {
        sequence = nil
        while true {
            while file != nil, try lines.step(in: file!) {
                guard let number = HistoryLine.parse(lines.line)?.stamp.sequence else { continue }
                // The copy of a mark counts only where nothing older is left.
                if index > 0 && number < segments[index].first { continue }
                sequence = number
                return true
            }
            if index == 0 { return false }
            index -= 1
            file = try openSegment(segments[index].path(in: folder))
            if file != nil {
                lines = LinesBackward(end: try Files.facts(of: file!).size)
            }
        }
    }
}
