/// Where a record's text came from.
public enum Stream: UInt8, CaseIterable, Sendable {
    /// A child's standard output.
    case out
    /// A child's standard error.
    case err
    /// The balancer's account of one request.
    case access
    /// An event, spelled as `EventSpelling` has it.
    case event
    /// The event that opens a run: what follows belongs to this `up`.
    case run
    /// A sentence of lbctl's own, as 0.1.0 wrote them.
    case sentence
    /// The sentence of 0.1.0 that opens a run.
    case runSentence

    /// The word for it in the history. Those of events are other words than 0.1.0 had for its
    /// sentences, so that neither is taken for the other.
    @inlinable
    public var word: StaticString {
        switch self {
        case .out: "out"
        case .err: "err"
        case .access: "access"
        case .event: "change"
        case .run: "start"
        case .sentence: "event"
        case .runSentence: "run"
        }
    }

    /// The word for it in JSON.
    @inlinable
    public var shownWord: StaticString {
        switch self {
        case .out: "out"
        case .err: "err"
        case .access: "access"
        case .event, .sentence: "event"
        case .run, .runSentence: "run"
        }
    }

    /// Whether a record of it is the first of a run.
    @inlinable
    public var opensRun: Bool { self == .run || self == .runSentence }

    /// Whether a text of it spells an event.
    @inlinable
    public var isEvent: Bool { self == .event || self == .run }

    /// Those that are lbctl's own.
    public static let own: Set<Stream> = [.event, .run, .sentence, .runSentence]
}

/// Which part of a child's line a record holds.
///
/// A line is in several parts when it is longer than a record may be, or when its beginning was
/// shown before its end was written. The texts of the parts put together are the line.
public enum Part: UInt8, CaseIterable, Sendable {
    case whole
    /// The line begins here and goes on.
    case first
    /// The line began before and goes on.
    case middle
    /// The line began before and ends here.
    case last

    /// Whether the line had not ended when this part was given out.
    @inlinable
    public var isPartial: Bool { self == .first || self == .middle }

    /// Whether the line began in an earlier record.
    @inlinable
    public var isContinued: Bool { self == .middle || self == .last }

    /// The part that begins in the middle of a line or not, and ends before its end or not.
    @inlinable
    public init(continued: Bool, partial: Bool) {
        self = continued ? (partial ? .middle : .last) : (partial ? .first : .whole)
    }
}
