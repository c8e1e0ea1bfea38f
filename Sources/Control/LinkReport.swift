import Basics

/// What a balancer says to the supervisor over the link.
public enum LinkReport: Equatable, Sendable {
    /// From now on no worker chooses by a roster older than this version.
    case adopted(version: UInt64)
    /// The balancer's own opinion of a backend has changed; meant for that generation alone.
    case verdict(slot: BackendSlot, generation: UInt64, isUp: Bool, reason: String)
    /// What became of the requests that were with a backend when it died.
    case failedOver(FailoverAccount)
    /// What has turned out since that was said, to be added to it: of those that had been sent to
    /// another backend some have failed there, and others were still in flight.
    case failedOverSince(FailoverAccount)
    /// It has accepted the connections that waited at the listening sockets and closed these: it
    /// accepts none from now on.
    case stoppedAccepting
    /// It has shut out a client.
    case banned(BanNotice)
    /// It has shut out so many more in the last second, of which nothing else is said.
    case bannedMore(UInt64)
}

extension LinkReport: Spelled {
    /// The first byte of a report's frame.
    enum Tag: UInt8, CaseIterable {
        case adopted = 1
        case verdict, failedOver, stoppedAccepting, failedOverSince, banned, bannedMore
    }

    public func spell(into frame: inout FrameWriter) {
        switch self {
        case .adopted(let version):
            frame.put(Tag.adopted)
            frame.put(version)
        case .verdict(let slot, let generation, let isUp, let reason):
            frame.put(Tag.verdict)
            frame.put(slot.number)
            frame.put(generation)
            frame.put(isUp)
            frame.put(reason)
        case .failedOver(let account):
            frame.put(Tag.failedOver)
            account.spell(into: &frame)
        case .stoppedAccepting: frame.put(Tag.stoppedAccepting)
        case .failedOverSince(let account):
            frame.put(Tag.failedOverSince)
            account.spell(into: &frame)
        case .banned(let notice):
            frame.put(Tag.banned)
            notice.spell(into: &frame)
        case .bannedMore(let count):
            frame.put(Tag.bannedMore)
            frame.put(count)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        switch try frame.tag(Tag.self, "link report") {
        case .adopted: self = .adopted(version: try frame.number())
        case .verdict:
            self = .verdict(
                slot: BackendSlot(try frame.number()), generation: try frame.number(),
                isUp: try frame.flag(),
                reason: try frame.text(in: RequestBounds.words, "a reason"))
        case .failedOver: self = .failedOver(try FailoverAccount(from: &frame))
        case .stoppedAccepting: self = .stoppedAccepting
        case .failedOverSince: self = .failedOverSince(try FailoverAccount(from: &frame))
        case .banned: self = .banned(try BanNotice(from: &frame))
        case .bannedMore: self = .bannedMore(try frame.number())
        }
    }
}
