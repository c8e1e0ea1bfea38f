import Basics
import Kernel
import Logs

/// The end of a share that records are appended to: an open segment, and those before it.
struct ShareWriter: ~Copyable {
    private let share: Share
    private let folder: ByteString
    /// The most bytes in all segments together, but for what is lent.
    private let limit: UInt64
    /// What another share does not use of its own, and lends until it does.
    private var lent: UInt64 = 0
    private var older: [Segment] = []
    private var current: Segment?
    private var file: Descriptor?
    private var identity: FileIdentity?
    /// Whole record lines that wait to be written.
    private var pending = ByteQueue(capacity: 4096)
    /// The record line of the run's mark, which each segment of it begins with.
    private var mark: [UInt8] = []
    /// The mark of a run whose beginning still waits to be written.
    private var comingMark: [UInt8]?
    private var beginsAnew = false
    /// How many records found no room while the disk was full.
    var lost: UInt64 = 0

    /// The share's writer in `folder`; goes on with the newest segment that is there, a torn line
    /// at its end removed. `last` becomes the share's last record if it is the later one.
    /// What bears a segment's name and is none is passed over, and named in `foreignFiles`.
    init(
        share: Share, folder: ByteString, limit: UInt64, last: inout Stamp,
        foreignFiles: inout [ForeignFile]
    ) throws(SystemError) {
        self.share = share
        self.folder = folder
        self.limit = limit
        var found: [Segment] = []
        for var segment in try Segment.all(of: share, in: folder) {
            guard let facts = try? Files.facts(segment.path(in: folder)) else { continue }
            segment.size = facts.size
            if facts.isRegular {
                found.append(segment)
            } else {
                foreignFiles.append(ForeignFile(segment, facts.isLink ? "is a link" : "is no file"))
                // Its name is taken.
                last.sequence = max(last.sequence, segment.first)
            }
        }
        guard var newest = found.popLast() else { return }
        let opened: Descriptor
        do throws(SystemError) {
            opened = try Files.openOwn(newest.path(in: folder), for: .append)
        } catch {
            foreignFiles.append(ForeignFile(newest, "can't be opened (\(error.errno))"))
            last.sequence = max(last.sequence, newest.first)
            older = found
            return
        }
        guard let ending = try SegmentEnding(of: opened) else {
            foreignFiles.append(ForeignFile(newest, "ends in no record"))
            last.sequence = max(last.sequence, newest.first)
            older = found + [newest]
            return
        }
        newest.size = ending.size
        if let stamp = ending.last, stamp.sequence > last.sequence { last = stamp }
        // The name tells too, should the segment have been emptied from outside.
        if newest.first > last.sequence.addingClamped(1) { last.sequence = newest.first - 1 }
        mark = ending.mark
        older = found
        current = newest
        identity = try FileIdentity(Files.facts(of: opened))
        file = consume opened
    }

    private var segmentLimit: UInt64 { limit / HistoryLimits.segments }

    /// The most bytes that wait: a batch lies whole in one segment.
    private var batchLimit: Int { min(HistoryLimits.batch, Int(segmentLimit)) }

    var isEmpty: Bool { pending.isEmpty }

    /// Takes a record to be written later, and first writes what waits where that is much. False
    /// when it could not write; a record that finds no room then is lost and counted.
    mutating func take(
        _ record: borrowing Record, _ spelling: inout RecordLineWriter, mayWrite: Bool
    ) -> Bool {
        var isSound = true
        // What belongs to an earlier run stays in an earlier segment.
        let count = record.text.count + LogLimits.recordLine - LogLimits.text
        if !hasRoom(for: count) || record.stream.opensRun && !pending.isEmpty {
            isSound = mayWrite && (try? write()) != nil
            if !hasRoom(for: count) {
                lost += 1
                return isSound
            }
        }
        append(record, &spelling)
        return isSound
    }

    private func hasRoom(for count: Int) -> Bool {
        pending.isEmpty || pending.count + count <= batchLimit
    }

    /// How many bytes it has, or will have when what waits is written.
    var size: UInt64 {
        total(with: UInt64(pending.count))
    }

    /// A file with holes may claim to be of any size.
    private func total(with more: UInt64) -> UInt64 {
        var total = (current?.size ?? 0).addingClamped(more)
        for segment in older { total = total.addingClamped(segment.size) }
        return total
    }

    /// May have so much more than its own from now on; gives up what is more than that.
    mutating func borrow(_ count: UInt64) {
        if count == lent { return }
        lent = count
        makeRoom(for: 0)
    }

    private mutating func append(
        _ record: borrowing Record, _ spelling: inout RecordLineWriter
    ) {
        let before = pending.count
        spelling.append(record, to: &pending)
        if record.stream.opensRun {
            comingMark = bytes(pending.bytes.extracting(before..<pending.count))
            beginsAnew = true
        }
    }

    /// Writes all that waits; what can't be written keeps waiting.
    mutating func write() throws(SystemError) {
        if pending.isEmpty { return }
        noticeRemoval()
        try beginSegmentWhereNeeded()
        makeRoom(for: UInt64(pending.count))
        var written = 0
        while written < pending.count {
            switch file!.write(pending.bytes.extracting(written..<pending.count)) {
            case .moved(let count): written += count
            case .wouldBlock: continue
            case .end: try settle(written: written, .noSpace)
            case .failed(let errno): try settle(written: written, errno)
            }
        }
        current!.size += UInt64(written)
        pending.removeAll()
        if let comingMark { mark = comingMark }
        comingMark = nil
    }

    /// After a write that failed half-way: leaves only whole lines in the file and lets go of them.
    private mutating func settle(written: Int, _ errno: Errno) throws(SystemError) -> Never {
        let whole = pending.bytes.last(Ascii.lineFeed, before: written).map { $0 + 1 } ?? 0
        current!.size += UInt64(whole)
        pending.consume(whole)
        if whole < written {
            do throws(SystemError) {
                try Files.truncate(file!, to: current!.size)
            } catch {
                // The torn line stays, but nothing will be written behind it; readers skip it.
                closeFile()
            }
        }
        throw SystemError(call: "write", errno: errno)
    }

    /// Lets go of a file that another process removed or replaced, so that a new one is begun.
    /// Looked for before each write: nothing is written where it can't be read.
    private mutating func noticeRemoval() {
        guard let identity, let current else { return }
        if (try? FileIdentity(Files.facts(current.path(in: folder)))) == identity { return }
        closeFile()
    }

    private mutating func closeFile() {
        file = nil
        identity = nil
        if let current { older.append(current) }
        current = nil
    }

    private mutating func beginSegmentWhereNeeded() throws(SystemError) {
        if file != nil, let current, !beginsAnew {
            let needed = current.size.addingClamped(UInt64(pending.count))
            if current.size == 0 || needed <= segmentLimit { return }
        }
        closeFile()
        try Files.makeFolders(folder)
        guard let first = firstPending() else { return }
        var segment = Segment(share: share, first: first.sequence)
        // A segment of this name is left from an attempt that failed.
        older.removeAll { $0.first == segment.first }
        makeRoom(for: UInt64(pending.count + mark.count))
        let opened = try Files.openOwn(segment.path(in: folder), for: .append)
        let facts = try Files.facts(of: opened)
        segment.size = facts.size
        if !mark.isEmpty && !first.stream.opensRun && segment.size == 0 {
            try writeMark(to: opened)
            segment.size = UInt64(mark.count)
        }
        identity = FileIdentity(facts)
        current = segment
        file = consume opened
        beginsAnew = false
    }

    private func writeMark(to file: borrowing Descriptor) throws(SystemError) {
        let outcome = file.write(mark.span)
        if outcome == .moved(mark.count) { return }
        // Half a mark would be glued to the record that comes next.
        try Files.truncate(file, to: 0)
        guard case .failed(let errno) = outcome else {
            throw SystemError(call: "write", errno: .noSpace)
        }
        throw SystemError(call: "write", errno: errno)
    }

    private func firstPending() -> (sequence: UInt64, stream: Stream)? {
        let bytes = pending.bytes
        guard let end = bytes.first(Ascii.lineFeed),
            let record = HistoryLine.parse(bytes.extracting(0..<end))
        else { return nil }
        return (record.stamp.sequence, record.stream)
    }

    /// Removes the oldest segments until `count` more bytes keep within the limit.
    private mutating func makeRoom(for count: UInt64) {
        while let oldest = older.first,
            total(with: count) > limit + lent || older.count >= HistoryLimits.files
        {
            // One that another process removed is gone all the same.
            try? Files.remove(oldest.path(in: folder))
            older.removeFirst()
        }
    }
}

/// An array of a span's bytes, for what must outlive the memory they lie in.
func bytes(_ span: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(span.count)
    for index in span.indices { bytes.append(span[index]) }
    return bytes
}

/// Something in the history's folder that bears a segment's name, and why it is none.
public struct ForeignFile: Equatable, Sendable {
    public let fileName: String
    /// As a sentence goes on behind its name.
    public let why: String

    init(fileName: String, why: String) {
        self.fileName = fileName
        self.why = why
    }

    init(_ segment: Segment, _ why: String) { self.init(fileName: segment.fileName, why: why) }
}

/// What tells a file from another that bears its name later.
struct FileIdentity: Equatable {
    let device: UInt64
    let inode: UInt64

    init(_ facts: FileFacts) {
        device = facts.device
        inode = facts.inode
    }
}
