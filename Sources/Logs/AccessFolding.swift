import Basics

/// What decides which access lines are shown, so that all else can still be seen between them.
///
/// Where more than `limit` come in a second, one line a second is shown in their place until a
/// second has had less than half of that. Those of failed and retried requests are shown all the
/// same, but not more than a few: what a reader must not miss is why they failed.
public struct AccessFolding: Sendable {
    /// Which access lines are shown.
    public enum Choice: String, CaseIterable, Sendable {
        case all, folded, errors, none
    }

    /// What is to be done with a line.
    public enum Action: Equatable, Sendable {
        case show, leaveOut
        /// It is left out, and it is said that from here on lines are.
        case announce
    }

    /// As many are shown in a second.
    public static let limit = 50
    /// As many lines of single requests are shown between the folded ones at once, and then one
    /// more every four seconds. The sentence of a death, four rows of 80 columns, must stay on a
    /// screen of 24 rows for five seconds; in these there are ten rows of accounts, and three for
    /// each single request.
    static let mostSingles = 2

    public let choice: Choice
    private var isFolding = false
    private var hasAnnounced = false
    private var second: UInt64 = 0
    private var lines = AccessSecond()
    private var singles = mostSingles

    public init(_ choice: Choice) { self.choice = choice }

    /// When the account of the second is due, whatever comes; `nil` while there is none to give.
    public var due: WallTime? { isFolding ? Self.time(second + 1) : nil }

    /// Told of the time before each line, and when the account is due: the account of a second that
    /// is over.
    public mutating func passed(to time: WallTime) -> AccessAccount? {
        let now = time.nanoseconds / 1_000_000_000
        // A clock that was set back ends a second too.
        if now == second || now < second && second - now < 2 { return nil }
        return end(at: now)
    }

    /// Nothing more comes: the account of the second that is not over.
    public mutating func finished() -> AccessAccount? { end(at: second + 1) }

    private mutating func end(at now: UInt64) -> AccessAccount? {
        let account =
            isFolding && lines.count > 0 ? lines.account(at: Self.time(min(now, second + 1))) : nil
        let gap = now > second ? now - second : 1
        if gap > 1 || lines.count < Self.limit / 2 { isFolding = false }
        // One more for each fourth second that has begun.
        let gained = now > second ? now / 4 - second / 4 : 0
        singles = Int(min(UInt64(Self.mostSingles), UInt64(singles) + gained))
        second = now
        lines.removeAll()
        return account
    }

    /// Told of an access line, which is not shown yet.
    public mutating func took(
        _ facts: AccessFacts, of text: Span<UInt8>, by name: Span<UInt8>
    ) -> Action {
        let isSpecial = facts.isFailed || facts.isRetried
        switch choice {
        case .all: return .show
        case .none: return .leaveOut
        case .errors: return isSpecial ? .show : .leaveOut
        case .folded: break
        }
        lines.add(facts, of: text, by: name)
        if lines.count > Self.limit { isFolding = true }
        if !isFolding { return .show }
        if isSpecial && singles > 0 {
            singles -= 1
            return .show
        }
        if hasAnnounced { return .leaveOut }
        hasAnnounced = true
        return .announce
    }

    private static func time(_ second: UInt64) -> WallTime {
        WallTime(nanoseconds: second.multipliedClamped(by: 1_000_000_000))
    }
}
