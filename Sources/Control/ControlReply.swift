import Basics

/// What the supervisor answers.
public enum ControlReply: Equatable, Sendable {
    case done
    /// It could not be done: what, why, and what to do (or empty).
    case refused(Refusal)
    case status(ServiceStatus)
    /// What `status` tells, and where in the scoreboard each backend is counted.
    case board(ServiceStatus, [BoardRow])
    case killed([KillReport])
    /// The records that come now begin with this number; all earlier ones are in the history. 0
    /// where there is none.
    case following(from: UInt64)
    case record(RecordWord)
    /// So many records were not sent because their reader was slow; the history has them.
    case missed(UInt64)
    /// What has become of one target of an order.
    case reported(TargetReport)
    /// Those whose addresses are known, and how many more are banned.
    case bans([BanWord], unlisted: UInt64)
}

extension ControlReply: Spelled {
    /// The first byte of a reply's frame.
    public enum Tag: UInt8, CaseIterable {
        case done = 1
        case refused, status, killed, following, record, missed, reported, bans
        case board
    }

    public func spell(into frame: inout FrameWriter) {
        switch self {
        case .done: frame.put(Tag.done)
        case .refused(let refusal):
            frame.put(Tag.refused)
            refusal.spell(into: &frame)
        case .status(let status):
            frame.put(Tag.status)
            status.spell(into: &frame)
        case .board(let status, let rows):
            frame.put(Tag.board)
            status.spell(into: &frame)
            frame.put(rows)
        case .killed(let reports):
            frame.put(Tag.killed)
            frame.put(reports)
        case .following(let from):
            frame.put(Tag.following)
            frame.put(from)
        case .record(let record):
            frame.put(Tag.record)
            record.spell(into: &frame)
        case .missed(let count):
            frame.put(Tag.missed)
            frame.put(count)
        case .reported(let report):
            frame.put(Tag.reported)
            report.spell(into: &frame)
        case .bans(let bans, let unlisted):
            frame.put(Tag.bans)
            frame.put(bans)
            frame.put(unlisted)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        switch try frame.tag(Tag.self, "reply") {
        case .done: self = .done
        case .refused: self = .refused(try Refusal(from: &frame))
        case .status: self = .status(try ServiceStatus(from: &frame))
        case .board: self = .board(try ServiceStatus(from: &frame), try frame.list())
        case .killed: self = .killed(try frame.list())
        case .following: self = .following(from: try frame.number())
        case .record: self = .record(try RecordWord(from: &frame))
        case .missed: self = .missed(try frame.number())
        case .reported: self = .reported(try TargetReport(from: &frame))
        case .bans: self = .bans(try frame.list(), unlisted: try frame.number())
        }
    }
}
