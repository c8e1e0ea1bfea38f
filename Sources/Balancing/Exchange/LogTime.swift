import Basics

/// The times that stand in access lines, made once a second: most lines are of the second of the
/// one before.
struct LogTime {
    /// How a time is written.
    enum Form {
        /// As Apache's `%t` has it: `[28/Nov/2026:18:11:13 +0000]`.
        case combined
        /// Up to the second, as RFC 3339 begins: `2026-11-28T18:11:13`.
        case standard
    }

    private let form: Form
    private let wallOffset: UInt64
    private var second: UInt64 = .max
    private var text = InlineText()

    init(_ form: Form, wallOffset: UInt64) {
        self.form = form
        self.wallOffset = wallOffset
    }

    /// Appends a moment.
    mutating func append(_ moment: Instant, to queue: inout ByteQueue) {
        let time = moment.nanoseconds &+ wallOffset
        let second = time / 1_000_000_000
        if second != self.second {
            self.second = second
            text = Self.write(CivilTime(second), as: form)
        }
        queue.append(text.bytes)
        if form == .combined { return }
        var rest = InlineText()
        rest.append(0x2E)
        let micros = Int(time / 1000 % 1_000_000)
        rest.append(two: micros / 10_000)
        rest.append(four: micros % 10_000)
        rest.append(0x5A)
        queue.append(rest.bytes)
    }

    private static func write(_ time: CivilTime, as form: Form) -> InlineText {
        var text = InlineText()
        switch form {
        case .combined:
            text.append(0x5B)
            text.append(two: time.day)
            text.append(Ascii.slash)
            text.append(time.monthName)
            text.append(Ascii.slash)
            text.append(four: time.year)
            text.append(Ascii.colon)
        case .standard:
            text.append(four: time.year)
            text.append(0x2D)
            text.append(two: time.month)
            text.append(0x2D)
            text.append(two: time.day)
            text.append(0x54)
        }
        text.append(two: time.hour)
        text.append(Ascii.colon)
        text.append(two: time.minute)
        text.append(Ascii.colon)
        text.append(two: time.second)
        if form == .combined { text.append(" +0000]") }
        return text
    }
}
