import Basics

/// One attempt of a request as its access record tells it, behind the line that is shown.
///
/// A record's text is `line TAB story`; where the line is not of the default form that stands
/// between them: `line TAB plain line TAB story`. The attempts are set apart by `;`, the first
/// first, and each is a few letters with numbers behind them, times in microseconds:
///
///     t3/3g5f291    t2/3x1g6@1904n41f9470
///
/// - the reason's letter, how many were ready, and behind `/` of how many, where that is another
/// - `x`, `d`, `s`, `b`: passed over as tried, down, under suspicion, busy
/// - `g`: the generation of the process
/// - `w`: waited for a backend, in all; `@`: chosen so long after the request began
/// - `n`: over a new connection, which took so long; a kept one where there is no `n`
/// - `q`: the last of the request was sent so long after the choice; where it was answered and
///   there is no `q`, as soon as there was a connection
/// - `f`: the head of the response was there; `e`: the attempt ended without a whole one
/// - `l`: the load of the chosen one, and behind `,` of the next best and its name
///
/// What is 0 is left out. There is one writer, `AccessLine`, and one reader, here.
public struct StoryAttempt: Equatable, Sendable {
    public var reason: ChoiceReason
    public var ready: Int
    public var members: Int
    public var tried = 0
    public var down = 0
    public var suspect = 0
    public var busy = 0
    public var generation: UInt64 = 0
    public var waited = Nanoseconds(0)
    /// Since the request began.
    public var chosen = Nanoseconds(0)
    /// Whether the connection was a new one, and when it was there, since the choice.
    public var isNew = false
    public var connected: Nanoseconds?
    /// Since the choice; `nil` where it did not come to that.
    public var sent: Nanoseconds?
    public var answered: Nanoseconds?
    public var ended: Nanoseconds?
    /// Hundredths in flight for a weight of 1, or microseconds where the reason is time.
    public var load: UInt64?
    public var rivalLoad: UInt64?
    public var rival: String?

    public init(reason: ChoiceReason, ready: Int, members: Int) {
        self.reason = reason
        self.ready = ready
        self.members = members
    }

    /// The attempts that a story tells of; `nil` where it is none.
    public static func parse(_ text: Span<UInt8>) -> [StoryAttempt]? {
        var reader = StoryReader(text)
        var attempts: [StoryAttempt] = []
        if text.isEmpty { return [] }
        repeat {
            guard let attempt = reader.attempt() else { return nil }
            attempts.append(attempt)
        } while reader.skip(Ascii.semicolon)
        return reader.isAtEnd ? attempts : nil
    }
}

/// The strict reader of a story: fields in their order, each once, and nothing else.
private struct StoryReader {
    private let text: [UInt8]
    private var place = 0

    init(_ text: Span<UInt8>) { self.text = text.indices.map { text[$0] } }

    var isAtEnd: Bool { place == text.count }

    private var next: UInt8? { place < text.count ? text[place] : nil }

    mutating func skip(_ byte: UInt8) -> Bool {
        if next != byte { return false }
        place += 1
        return true
    }

    /// Up to 19 digits, which always fit.
    private mutating func number() -> UInt64? {
        var value: UInt64 = 0
        let start = place
        while let byte = next, byte >= Ascii.zero, byte <= Ascii.nine {
            if place - start == 19 { return nil }
            value = value * 10 + UInt64(byte - Ascii.zero)
            place += 1
        }
        return place == start ? nil : value
    }

    /// The number behind a letter; `nil` where the letter is not there, or not followed by one.
    private mutating func field(_ letter: Unicode.Scalar) -> UInt64? {
        let start = place
        guard skip(UInt8(ascii: letter)) else { return nil }
        guard let value = number() else {
            place = start
            return nil
        }
        return value
    }

    private mutating func count(_ letter: Unicode.Scalar) -> Int {
        Int(clamping: field(letter) ?? 0)
    }

    private mutating func span(_ letter: Unicode.Scalar) -> Nanoseconds? {
        // More than three hundred years is no time that a request takes.
        field(letter).map { Nanoseconds(min($0, 10_000_000_000_000_000) * 1000) }
    }

    mutating func attempt() -> StoryAttempt? {
        guard let letter = next, let reason = ChoiceReason(rawValue: letter) else { return nil }
        place += 1
        guard let ready = number() else { return nil }
        var attempt = StoryAttempt(
            reason: reason, ready: Int(clamping: ready), members: Int(clamping: ready))
        if skip(Ascii.slash) {
            guard let members = number() else { return nil }
            attempt.members = Int(clamping: members)
        }
        attempt.tried = count("x")
        attempt.down = count("d")
        attempt.suspect = count("s")
        attempt.busy = count("b")
        attempt.generation = field("g") ?? 0
        attempt.waited = span("w") ?? Nanoseconds(0)
        attempt.chosen = span("@") ?? Nanoseconds(0)
        attempt.isNew = next == 0x6E
        attempt.connected = span("n")
        if attempt.isNew && attempt.connected == nil { place += 1 }
        attempt.sent = span("q")
        attempt.answered = span("f")
        if attempt.sent == nil && attempt.answered != nil {
            attempt.sent = attempt.connected ?? Nanoseconds(0)
        }
        attempt.ended = span("e")
        attempt.load = field("l")
        if attempt.load != nil && skip(Ascii.comma) {
            guard let rival = number(), skip(Ascii.comma) else { return nil }
            attempt.rivalLoad = rival
            attempt.rival = name()
            if attempt.rival == nil { return nil }
        }
        return attempt
    }

    /// What stands up to the end of the attempt: a name has no mark in it that sets one off.
    private mutating func name() -> String? {
        let start = place
        while let byte = next, byte != Ascii.semicolon { place += 1 }
        return start == place ? nil : String(decoding: text[start..<place], as: UTF8.self)
    }
}
