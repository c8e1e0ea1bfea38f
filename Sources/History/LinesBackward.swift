import Basics
import Kernel

/// The lines of a file from its end to its beginning, with one block in memory.
///
/// Bytes behind the last line feed are no line. A line longer than a block comes in pieces, which
/// are no record lines.
struct LinesBackward: ~Copyable {
    /// Where in the file the line begins.
    private(set) var start: UInt64
    /// Where in the file the line ends, its line feed included.
    private(set) var end: UInt64
    private var block = ByteQueue(capacity: HistoryLimits.block)
    /// Where the walk is over at the latest.
    private let floor: UInt64
    /// Where in the file the block begins.
    private var blockStart: UInt64
    private var isBegun = false

    /// A walk that begins before `end`, the size of the file or the end of a line of it.
    /// Nothing is looked at that begins before `floor`.
    init(end: UInt64, floor: UInt64 = 0) {
        start = end
        self.floor = floor
        self.end = end
        blockStart = end
    }

    /// The line without its line feed.
    var line: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            // If another process emptied the file, there may be less than there was.
            let stop = min(Int(end - blockStart) - 1, block.count)
            return block.bytes.extracting(min(Int(start - blockStart), stop)..<stop)
        }
    }

    /// Goes to the line before; false where there is none.
    mutating func step(in file: borrowing Descriptor) throws(SystemError) -> Bool {
        if !isBegun { try skipTornLine(in: file) }
        if start <= floor { return false }
        end = start
        if let feed = feed(before: end - 1) {
            start = feed + 1
        } else {
            try load(before: end, in: file)
            start = feed(before: end - 1).map { $0 + 1 } ?? blockStart
        }
        return true
    }

    private mutating func skipTornLine(in file: borrowing Descriptor) throws(SystemError) {
        isBegun = true
        while start > floor {
            try load(before: start, in: file)
            if let feed = feed(before: start) {
                start = feed + 1
                return
            }
            start = blockStart
        }
    }

    /// Where the last line feed before `place` stands; `nil` when the block has none there.
    private func feed(before place: UInt64) -> UInt64? {
        guard place >= blockStart else { return nil }
        let end = Int(min(place - blockStart, UInt64(block.count)))
        return block.bytes.last(Ascii.lineFeed, before: end).map { blockStart + UInt64($0) }
    }

    private mutating func load(
        before place: UInt64, in file: borrowing Descriptor
    ) throws(SystemError) {
        let count = min(place, UInt64(HistoryLimits.block))
        blockStart = place - count
        block.removeAll()
        while block.count < Int(count) {
            switch Files.read(file, at: blockStart + UInt64(block.count), into: &block) {
            case .moved, .wouldBlock: continue
            case .end: return
            case .failed(let errno): throw SystemError(call: "pread", errno: errno)
            }
        }
        block.truncate(to: Int(count))
    }
}
