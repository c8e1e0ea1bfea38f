import Basics
import Kernel
import Logs

/// What a writer must know of a segment before it goes on with it; finding out repairs it.
struct SegmentEnding {
    /// The size in bytes once a torn line was cut off.
    let size: UInt64
    /// The stamp of the last record; `nil` where there is none.
    let last: Stamp?
    /// The record line of the run's mark that the segment begins with; empty where it does not.
    let mark: [UInt8]

    /// Reads both ends of a segment and cuts off a line that its writer did not live to finish.
    /// `nil` where there is no record for so long that no writer of ours can have left it so.
    init?(of file: borrowing Descriptor) throws(SystemError) {
        let size = try Files.facts(of: file).size
        let floor = size - min(size, HistoryLimits.ending)
        var lines = LinesBackward(end: size, floor: floor)
        var whole: UInt64 = 0
        var last: Stamp?
        while last == nil, try lines.step(in: file) {
            whole = max(whole, lines.end)
            last = HistoryLine.parse(lines.line)?.stamp
        }
        if last == nil && floor > 0 { return nil }
        if whole < size { try Files.truncate(file, to: whole) }
        self.size = whole
        self.last = last
        mark = try Self.mark(of: file)
    }

    static func mark(of file: borrowing Descriptor) throws(SystemError) -> [UInt8] {
        var queue = ByteQueue(capacity: LogLimits.recordLine + 1)
        if case .failed(let errno) = Files.read(file, at: 0, into: &queue) {
            throw SystemError(call: "pread", errno: errno)
        }
        let bytes = queue.bytes
        guard let end = bytes.first(Ascii.lineFeed),
            let record = HistoryLine.parse(bytes.extracting(0..<end)), record.stream.opensRun
        else { return [] }
        return History.bytes(bytes.extracting(0...end))
    }
}
