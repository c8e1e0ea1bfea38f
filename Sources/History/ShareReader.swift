import Basics
import Kernel
import Logs

/// A walk over the record lines of a share from the oldest to the newest, with bounded memory.
///
/// Lines that are no record lines are passed over, and so is the end of a segment that has no line
/// feed: its writer is at work on it.
struct ShareReader: ~Copyable {
    private let folder: ByteString
    private let segments: [Segment]
    private var index: Int
    private var file: Descriptor?
    private var offset: UInt64
    private var queue = ByteQueue(capacity: HistoryLimits.block)
    private var length = 0
    private var reader = RecordLineReader()
    private var layout: RecordLine.Layout?
    /// The number of the record that the walk stands at; `nil` before the first and at the end.
    private(set) var sequence: UInt64?
    private var lastSequence: UInt64 = 0

    /// A walk that begins in front of the line at `place`.
    init(folder: ByteString, segments: [Segment], from place: Place = Place()) {
        self.folder = folder
        self.segments = segments
        index = place.segment
        offset = place.offset
    }

    /// The record that the walk stands at.
    var record: Record? {
        @_lifetime(borrow self)
        get { layout?.record(in: queue.bytes.extracting(0..<length - 1)) }
    }

    /// Goes to the next record line; false at the end.
    mutating func step() throws(SystemError) -> Bool {
        sequence = nil
        layout = nil
        queue.consume(length)
        length = 0
        while true {
            if let found = Self.next(in: &queue, &reader, above: lastSequence) {
                layout = found.layout
                length = found.length
                sequence = found.layout.stamp.sequence
                lastSequence = found.layout.stamp.sequence
                return true
            }
            if try !load() { return false }
        }
    }

    /// The first line that is a record's, and its length with its line feed; what stands in front
    /// of it is let go. `nil` when no whole line is left.
    private static func next(
        in queue: inout ByteQueue, _ reader: inout RecordLineReader, above last: UInt64
    ) -> (layout: RecordLine.Layout, length: Int)? {
        while let end = queue.bytes.first(Ascii.lineFeed) {
            // A copy of a mark whose original was there is lower than what was already seen.
            if let layout = reader.layout(queue.bytes.extracting(0..<end)),
                layout.stamp.sequence > last, HistoryLine.isNumber(layout.stamp.sequence)
            {
                return (layout, end + 1)
            }
            queue.consume(end + 1)
        }
        return nil
    }

    /// Reads more of this segment or the next; false when there are no more.
    private mutating func load() throws(SystemError) -> Bool {
        while index < segments.count {
            if file == nil {
                file = try openSegment(segments[index].path(in: folder))
                if file == nil {
                    advance()
                    continue
                }
            }
            // No line of ours is as long as a block: another program wrote it, and so its rest.
            if queue.count >= HistoryLimits.block { queue.removeAll() }
            queue.reserve(HistoryLimits.block / 2)
            switch Files.read(file!, at: offset, into: &queue) {
            case .moved(let count):
                offset += UInt64(count)
                return true
            case .wouldBlock: continue
            case .end: advance()
            case .failed(let errno): throw SystemError(call: "pread", errno: errno)
            }
        }
        return false
    }

    private mutating func advance() {
        file = nil
        queue.removeAll()
        offset = 0
        index += 1
    }
}

/// A place in a share: a segment by its index, and where a line begins in it.
struct Place: Equatable {
    var segment = 0
    var offset: UInt64 = 0
}

/// Opens a segment for reading; `nil` when the writer has removed it since it was listed, or when
/// what bears its name is none.
func openSegment(_ path: ByteString) throws(SystemError) -> Descriptor? {
    do throws(SystemError) {
        return try Files.openOwn(path, for: .read)
    } catch {
        switch error.errno {
        case .noSuchFile, .tooManyLinks, .notSupported, .accessDenied: return nil
        default: throw error
        }
    }
}
