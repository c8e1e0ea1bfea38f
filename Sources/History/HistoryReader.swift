import Basics
import Kernel
import Logs

/// Which part of a history is asked for.
public struct HistoryQuery: Sendable {
    /// What the records must be like.
    public var filter: LogFilter
    /// The lowest number that is wanted.
    public var from: UInt64
    /// The highest number that is wanted: what follows it is shown live by the caller.
    public var through: UInt64
    /// How many records at most, counted from the end; all where there is none.
    public var tail: Int?

    public init(
        filter: LogFilter = LogFilter(), from: UInt64 = 0, through: UInt64 = .max, tail: Int? = nil
    ) {
        self.filter = filter
        self.from = from
        self.through = through
        self.tail = tail
    }

    func wants(_ record: borrowing Record) -> Bool {
        record.stamp.sequence >= from && record.stamp.sequence <= through
            && filter.matches(record)
    }
}

/// What reads a history, also while it is being written: the records as they stood when it was
/// made.
public struct HistoryReader: Sendable {
    private let folder: ByteString
    private let lines: [Segment]
    private let access: [Segment]

    /// Takes stock of the history in `folder`; an empty one where there is no such folder. What its
    /// writer flushed before is seen whole. Throws where the folder can't be read.
    public init(folder: some OctetText) throws(SystemError) {
        let folder = folder.octets
        self.folder = folder
        // Lines first: an access line that is seen has its run's mark seen too.
        lines = try Segment.all(of: .lines, in: folder)
        access = try Segment.all(of: .access, in: folder)
    }

    /// Whether nothing was ever written.
    public var isEmpty: Bool { lines.isEmpty && access.isEmpty }

    /// The number of the mark that the last run begins with: ask from there to see all of it. `nil`
    /// when the history holds no run.
    public func lastRun() throws(SystemError) -> UInt64? {
        for segment in lines.reversed() {
            guard let file = try openSegment(segment.path(in: folder)) else { continue }
            let mark = try SegmentEnding.mark(of: file)
            if mark.isEmpty { continue }
            return HistoryLine.parse(mark.span.extracting(0..<mark.count - 1))?.stamp.sequence
        }
        return nil
    }

    /// Hands out the records that are wanted, in the order of their numbers, until `body` says
    /// false. Throws where a segment can't be read.
    public func read(
        _ query: HistoryQuery, _ body: (Record) -> Bool
    ) throws(SystemError) {
        var query = query
        let linesFrom: Place
        let accessFrom: Place
        if let tail = query.tail {
            // Whatever is asked of the end is sought from there: it may be far from the beginning.
            guard let found = try places(ofLast: tail, query) else { return }
            linesFrom = found.lines
            accessFrom = found.access
            query.from = found.sequence
        } else {
            linesFrom = try beginning(of: query, in: lines)
            accessFrom = try beginning(of: query, in: access)
        }
        // Only within a run do times never go back.
        let lastRun = query.filter.until == nil ? nil : try lastRun()
        let stop = lastRun.map { max($0, query.from) } ?? query.from
        var left = ShareReader(folder: folder, segments: lines, from: linesFrom)
        var right = ShareReader(folder: folder, segments: access, from: accessFrom)
        _ = try left.step()
        _ = try right.step()
        while let number = Self.lower(left.sequence, right.sequence), number <= query.through {
            if left.sequence == number {
                if let record = left.record, !Self.show(record, query, stop, body) { return }
                _ = try left.step()
            } else {
                if let record = right.record, !Self.show(record, query, stop, body) { return }
                _ = try right.step()
            }
        }
    }

    /// From the record numbered `stop` on, what is too late is followed by nothing that is not.
    private static func show(
        _ record: Record, _ query: HistoryQuery, _ stop: UInt64, _ body: (Record) -> Bool
    ) -> Bool {
        if let until = query.filter.until, until < record.stamp.time {
            return record.stamp.sequence < stop
        }
        return query.wants(record) ? body(record) : true
    }

    private static func lower(_ a: UInt64?, _ b: UInt64?) -> UInt64? {
        guard let a else { return b }
        guard let b else { return a }
        return min(a, b)
    }

    /// Where to begin so that nothing is missed that is wanted, and little is read that is not.
    private func beginning(
        of query: HistoryQuery, in segments: [Segment]
    ) throws(SystemError) -> Place {
        let since = query.filter.since
        if query.from == 0 && since == nil { return Place() }
        return try Bisection.place(in: segments, of: folder) { stamp in
            stamp.sequence < query.from || since.map { stamp.time < $0 } ?? false
        }
    }

    /// Where the last `count` wanted records begin, found from the end; `nil` when none is wanted.
    private func places(
        ofLast count: Int, _ query: HistoryQuery
    ) throws(SystemError) -> (lines: Place, access: Place, sequence: UInt64)? {
        if count <= 0 { return nil }
        var left = ShareTail(folder: folder, segments: lines)
        var right = ShareTail(folder: folder, segments: access)
        var found = 0
        var first: UInt64?
        _ = try left.step()
        _ = try right.step()
        walk: while let number = Self.higher(left.sequence, right.sequence), number >= query.from {
            let isLeft = left.sequence == number
            switch isLeft ? Self.judge(left.line, query) : Self.judge(right.line, query) {
            case .wanted:
                found += 1
                first = number
            case .unwanted: break
            case .tooOld: break walk
            }
            if found == count { break }
            if isLeft {
                _ = try left.step()
            } else {
                _ = try right.step()
            }
        }
        guard let first else { return nil }
        return (left.place, right.place, first)
    }

    private enum Verdict {
        case wanted, unwanted
        /// Times never go back, so nothing before it is wanted either.
        case tooOld
    }

    private static func judge(_ line: Span<UInt8>, _ query: HistoryQuery) -> Verdict {
        guard let record = HistoryLine.parse(line) else { return .unwanted }
        if let since = query.filter.since, record.stamp.time < since { return .tooOld }
        return query.wants(record) ? .wanted : .unwanted
    }

    private static func higher(_ a: UInt64?, _ b: UInt64?) -> UInt64? {
        guard let a else { return b }
        guard let b else { return a }
        return max(a, b)
    }
}
