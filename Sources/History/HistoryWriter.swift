import Basics
import Kernel
import Logs

/// What became of the records that were handed to the history.
public enum HistoryOutcome: Equatable, Sendable {
    /// All that was appended is written.
    case sound
    /// From now on nothing can be written; said once.
    case failed(SystemError)
    /// Still nothing can be written; it will be tried again.
    case failing
    /// All is written again; so many records found no room meanwhile and are lost.
    case recovered(lost: UInt64)
}

/// The one that writes a service's history: record lines in segments of bounded size.
///
/// A disk that fails stops nothing: records wait in bounded memory while it is tried again.
public struct HistoryWriter: ~Copyable {
    private enum Condition {
        case sound
        /// A write failed, which is yet to be said.
        case unreported
        case failing(until: Instant)
    }

    /// The stamp of the last record when the history was opened; zero for a new one.
    public let last: Stamp
    /// What was passed over in the folder when the history was opened.
    public let foreignFiles: [ForeignFile]
    private var lines: ShareWriter
    private var access: ShareWriter
    /// The half that is the access lines'.
    private let half: UInt64
    private var spelling = RecordLineWriter()
    private var condition = Condition.sound

    /// Opens the history in `folder`, which is made where it is missing, and repairs it where its
    /// last writer died amid a line. At most `limit` bytes will be kept, of which the access lines
    /// take half and the rest what they leave, which is half at least; less than 1 MiB counts as 1
    /// MiB. Throws where the folder can't be made or read.
    public init(folder: some OctetText, limit: UInt64) throws(SystemError) {
        let folder = folder.octets
        try Files.makeFolders(folder)
        let half = max(limit, HistoryLimits.smallest) / 2
        let none = Stamp(sequence: 0, time: WallTime(nanoseconds: 0))
        var last = none
        var foreignFiles = try Self.misnamed(in: folder)
        var lines = try ShareWriter(
            share: .lines, folder: folder, limit: half, last: &last, foreignFiles: &foreignFiles)
        var access = try ShareWriter(
            share: .access, folder: folder, limit: half, last: &last, foreignFiles: &foreignFiles)
        if last.sequence > HistoryLimits.lastNumber {
            foreignFiles += try Self.setAside(in: folder)
            last = none
            lines = try ShareWriter(
                share: .lines, folder: folder, limit: half, last: &last, foreignFiles: &foreignFiles
            )
            access = try ShareWriter(
                share: .access, folder: folder, limit: half, last: &last,
                foreignFiles: &foreignFiles)
        }
        self.last = last
        self.foreignFiles = foreignFiles
        self.half = half
        self.lines = lines
        self.access = access
    }

    private static func misnamed(in folder: ByteString) throws(SystemError) -> [ForeignFile] {
        try Files.names(in: folder).filter { Segment.isMisnamed($0) }.map {
            ForeignFile(fileName: $0, why: "has a number that no record has")
        }
    }

    /// Gives all segments names that no segment has, so that numbers can begin anew.
    private static func setAside(in folder: ByteString) throws(SystemError) -> [ForeignFile] {
        var aside: [ForeignFile] = []
        for share in Share.allCases {
            for segment in try Segment.all(of: share, in: folder) {
                let other = "odd-" + segment.fileName
                try Files.rename(segment.path(in: folder), to: "\(folder)/\(other)" as ByteString)
                aside.append(
                    ForeignFile(
                        segment, "leaves no room for more records, and is called \(other) now")
                )
            }
        }
        return aside
    }

    /// Takes a record; `flush` writes it, or this does when much has gathered. Numbers must rise.
    /// A record of the stream `run` begins a run: its mark will stand in front of all that follows.
    public mutating func append(_ record: borrowing Record) {
        let isSound = if case .sound = condition { true } else { false }
        let wasTaken =
            switch Share(of: record.stream) {
            case .lines: lines.take(record, &spelling, mayWrite: isSound)
            case .access: access.take(record, &spelling, mayWrite: isSound)
            }
        if !wasTaken && isSound { condition = .unreported }
    }

    /// Writes what was appended, once a loop turn: one write(2) for each share that has something.
    public mutating func flush(now: Instant) -> HistoryOutcome {
        if case .failing(let until) = condition, now < until { return .failing }
        if lines.isEmpty && access.isEmpty, case .sound = condition { return .sound }
        lines.borrow(half - min(half, access.size))
        do throws(SystemError) {
            try lines.write()
            try access.write()
        } catch {
            let isNew = if case .failing = condition { false } else { true }
            condition = .failing(until: now + HistoryLimits.pause)
            return isNew ? .failed(error) : .failing
        }
        let wasFailing = if case .failing = condition { true } else { false }
        condition = .sound
        let lost = lines.lost + access.lost
        lines.lost = 0
        access.lost = 0
        return wasFailing || lost > 0 ? .recovered(lost: lost) : .sound
    }
}
