import Basics

/// Which records are to be shown.
public struct LogFilter: Sendable {
    /// Names as `backend.1`, or types as `backend` that stand for all their copies; none means all.
    public var names: [String]
    /// The earliest time that is wanted.
    public var since: WallTime?
    /// The latest time that is wanted.
    public var until: WallTime?
    /// The streams that are wanted.
    public var streams: Set<Stream> { didSet { isEveryStream = Self.holdsAll(streams) } }
    // Asked of each record, and most often so.
    private var isEveryStream: Bool
    /// What the text must be like, each of these; any text where there is none.
    public var texts: [TextRule] = []
    /// Requests that must be spoken of, each, also where that is not shown.
    public var mentions: [RequestMention] = []

    /// What else a record must be like.
    public var records: (@Sendable (_ record: borrowing Record) -> Bool)?

    /// What a text must be like.
    public typealias TextRule = @Sendable (_ text: Span<UInt8>) -> Bool

    /// A filter that lets everything through unless told otherwise.
    public init(
        names: [String] = [], since: WallTime? = nil, until: WallTime? = nil,
        streams: Set<Stream> = Set(Stream.allCases)
    ) {
        self.names = names
        self.since = since
        self.until = until
        self.streams = streams
        isEveryStream = Self.holdsAll(streams)
    }

    private static func holdsAll(_ streams: Set<Stream>) -> Bool {
        streams.count == Stream.allCases.count
    }

    /// Whether a record is wanted.
    public func matches(_ record: borrowing Record) -> Bool {
        if let since, record.stamp.time < since { return false }
        if let until, until < record.stamp.time { return false }
        if !isEveryStream && !streams.contains(record.stream) { return false }
        if !names.isEmpty {
            let name = record.name
            if !names.contains(where: { Self.name(name, isOf: $0) }) { return false }
        }
        if !hasTexts(record) { return false }
        for mention in mentions where !mention.isIn(record) { return false }
        return records?(record) ?? true
    }

    /// Asked of what is shown: of an event that is its sentence.
    private func hasTexts(_ record: borrowing Record) -> Bool {
        if texts.isEmpty { return true }
        guard let event = record.event else { return texts.allSatisfy { $0(record.shown) } }
        let sentence = Array(event.sentence.utf8)
        return texts.allSatisfy { $0(sentence.span) }
    }

    /// Whether `name` is `wanted` or one of the numbered copies of that type.
    public static func name(_ name: Span<UInt8>, isOf wanted: String) -> Bool {
        let octets = wanted.utf8.span
        guard octets.count > 0, name.count >= octets.count else { return false }
        guard name.extracting(0..<octets.count).equals(octets) else { return false }
        if name.count == octets.count { return true }
        guard name[octets.count] == 0x2E, name.count > octets.count + 1 else { return false }
        for index in octets.count + 1..<name.count {
            guard name[index] >= Ascii.zero, name[index] <= Ascii.nine else { return false }
        }
        return true
    }
}
