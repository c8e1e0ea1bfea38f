import Basics
import Kernel
import Logs

/// The seeking of a record by its number or time, which rise: in the list of segments, then in the
/// bytes of one. A segment is its own index, so there is none that could be torn or stale.
enum Bisection {
    /// How many bytes are read at once while seeking.
    private static let step = 4 << 10
    /// Within so many bytes it is cheaper to read on than to seek.
    private static let near: UInt64 = 64 << 10

    /// A place at or before the first record for which `isBefore` is false, and near it. It must be
    /// true of all records up to one, and false of all others.
    static func place(
        in segments: [Segment], of folder: ByteString, _ isBefore: (Stamp) -> Bool
    ) throws(SystemError) -> Place {
        var low = 0
        var high = segments.count
        // The last segment whose first record comes before what is sought.
        while high - low > 1 {
            let middle = (low + high) / 2
            let head = try head(of: segments[middle], in: folder)
            if head.map(isBefore) ?? true {
                low = middle
            } else {
                high = middle
            }
        }
        if segments.isEmpty { return Place() }
        guard let file = try openSegment(segments[low].path(in: folder)) else {
            return Place(segment: low)
        }
        return Place(segment: low, offset: try offset(in: file, isBefore))
    }

    /// The stamp of a segment's first record that is no copy.
    private static func head(
        of segment: Segment, in folder: ByteString
    ) throws(SystemError) -> Stamp? {
        guard let file = try openSegment(segment.path(in: folder)) else { return nil }
        var offset: UInt64 = 0
        while let line = try firstLine(in: file, from: offset) {
            if line.stamp.sequence >= segment.first { return line.stamp }
            offset = line.end
        }
        return nil
    }

    /// Where a line begins at or before which nothing is lost by beginning there.
    private static func offset(
        in file: borrowing Descriptor, _ isBefore: (Stamp) -> Bool
    ) throws(SystemError) -> UInt64 {
        var low: UInt64 = 0
        var high = try Files.facts(of: file).size
        while high - low > near {
            let middle = low + (high - low) / 2
            guard let line = try firstLine(in: file, behind: middle), line.start < high else {
                high = middle
                continue
            }
            if isBefore(line.stamp) {
                low = line.start
            } else {
                high = middle
            }
        }
        return low
    }

    /// A record line: its stamp, where it begins, and where the next one does.
    private struct Line {
        var stamp: Stamp
        var start: UInt64
        var end: UInt64
    }

    /// The first record line that begins behind `place`.
    private static func firstLine(
        in file: borrowing Descriptor, behind place: UInt64
    ) throws(SystemError) -> Line? {
        // It is only known where a line begins once the end of another was seen.
        var offset = place
        var queue = ByteQueue(capacity: step)
        while true {
            queue.removeAll()
            guard try read(file, at: offset, into: &queue) else { return nil }
            if let feed = queue.bytes.first(Ascii.lineFeed) {
                return try firstLine(in: file, from: offset + UInt64(feed) + 1)
            }
            offset += UInt64(queue.count)
        }
    }

    /// The first record line at or behind `start`, where a line begins.
    private static func firstLine(
        in file: borrowing Descriptor, from start: UInt64
    ) throws(SystemError) -> Line? {
        var start = start
        var queue = ByteQueue(capacity: step)
        while true {
            if let feed = queue.bytes.first(Ascii.lineFeed) {
                let end = start + UInt64(feed) + 1
                if let record = HistoryLine.parse(queue.bytes.extracting(0..<feed)) {
                    return Line(stamp: record.stamp, start: start, end: end)
                }
                queue.consume(feed + 1)
                start = end
                continue
            }
            let next = start + UInt64(queue.count)
            queue.reserve(step)
            guard try read(file, at: next, into: &queue) else { return nil }
        }
    }

    /// False at the end.
    private static func read(
        _ file: borrowing Descriptor, at offset: UInt64, into queue: inout ByteQueue
    ) throws(SystemError) -> Bool {
        while true {
            switch Files.read(file, at: offset, into: &queue) {
            case .moved: return true
            case .wouldBlock: continue
            case .end: return false
            case .failed(let errno): throw SystemError(call: "pread", errno: errno)
            }
        }
    }
}
