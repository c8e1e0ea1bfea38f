/// Where a record's text came from.
public enum Stream: UInt8, CaseIterable, Sendable {
    /// A child's standard output.
    case out
    /// A child's standard error.
    case err
    /// The balancer's account of one request.
    case access
    /// A sentence of lbctl's own.
    case event
    /// A sentence of lbctl's own that opens a run: what follows belongs to this `up`.
    case run

    /// The word for it in the history and in JSON.
    @inlinable
    public var word: StaticString {
        switch self {
        case .out: "out"
        case .err: "err"
        case .access: "access"
        case .event: "event"
        case .run: "run"
        }
    }
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
