import Basics

/// How the times of lines are shown.
public enum TimeStyle: String, CaseIterable, Sendable {
    /// The time of day where the reader is, to the millisecond.
    case local
    /// RFC 3339 in UTC, to the microsecond.
    case full
    /// Not at all.
    case none
}

/// What writes the times of lines.
///
/// Local times have no date, and go back where summer ends: so a line of its own says on which day
/// the next ones are and what the clocks show, whenever one of the two is no more what it was.
public struct LineTime: Sendable {
    /// Seconds that local time is ahead of UTC at a second since 1970.
    public typealias Zone = @Sendable (_ second: UInt64) -> Int

    private let style: TimeStyle
    private let zone: Zone
    private var full = TimestampWriter()
    /// A time of day with its blank, in dim letters.
    private var text: [21 of UInt8] = .init(repeating: Ascii.space)
    /// The latest that was written, in milliseconds.
    private var latest: UInt64 = 0
    /// The minute in which `offset` was asked for last: zones change on whole minutes alone.
    private var minute = UInt64.max
    private var offset = 0
    private var day = Day(number: 0, offset: 0)

    private struct Day: Equatable {
        var number: UInt64
        var offset: Int
    }

    /// Full times.
    public init() { self.init(.full, now: WallTime(nanoseconds: 0)) { _ in 0 } }

    /// `now` is on the day that need not be told.
    public init(_ style: TimeStyle, now: WallTime, zone: @escaping Zone) {
        self.style = style
        self.zone = zone
        let sequences: (StaticString, StaticString) = ("\u{1B}[2m", "\u{1B}[0m")
        put(sequences.0, at: 0)
        put(sequences.1, at: 16)
        if style == .local { day = turn(now) ?? day }
    }

    /// The columns that a time takes, with the blank behind it.
    var width: Int {
        switch style {
        case .local: 13
        case .full: TimestampWriter.width + 1
        case .none: 0
        }
    }

    /// Appends the time of a line and a blank.
    mutating func append(_ time: WallTime, isColoured: Bool, to queue: inout ByteQueue) {
        switch style {
        case .none: return
        case .full:
            full.append(time, to: &queue)
            queue.append(Ascii.space)
        case .local:
            spell(time.nanoseconds / 1_000_000)
            if isColoured {
                queue.append(text.span)
            } else {
                queue.append(text.span.extracting(4..<16))
                queue.append(Ascii.space)
            }
        }
    }

    /// Says on which day the next line is, where the last one was on another or the clocks have
    /// been changed between: `--- 2026-11-29, UTC+01:00 ---`.
    mutating func appendDay(of time: WallTime, isColoured: Bool, to queue: inout ByteQueue) {
        guard style == .local, time.nanoseconds / 60_000_000_000 != minute, let turned = turn(time)
        else { return }
        day = turned
        let civil = CivilTime(second: turned.number * 86_400)
        let minutes = abs(turned.offset) / 60
        let date = [civil.year, civil.month, civil.day].map(Self.twoDigits)
        let zone = [minutes / 60, minutes % 60].map(Self.twoDigits)
        let sign = turned.offset < 0 ? "-" : "+"
        let line =
            "--- \(date.joined(separator: "-")), UTC\(sign)\(zone.joined(separator: ":")) ---"
        queue.append(text: isColoured ? "\u{1B}[2m\(line)\u{1B}[0m\n" : line + "\n")
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    /// The day of a time; `nil` where it is that of the last one.
    private mutating func turn(_ time: WallTime) -> Day? {
        let second = time.nanoseconds / 1_000_000_000
        minute = second / 60
        offset = zone(second)
        let found = Day(number: local(second) / 86_400, offset: offset)
        return found == day ? nil : found
    }

    private func local(_ second: UInt64) -> UInt64 {
        offset < 0
            ? second.subtractingClamped(UInt64(-offset)) : second.addingClamped(UInt64(offset))
    }

    private mutating func spell(_ milliseconds: UInt64) {
        // What comes out a moment later than it should must not step back. A clock that was set
        // back has done so by more.
        let isLate = milliseconds < latest && latest - milliseconds < 1_000
        let shown = isLate ? latest : milliseconds
        if shown == latest && text[6] == Ascii.colon { return }
        latest = shown
        let second = local(shown / 1_000) % 86_400
        put(second / 3_600, at: 4, digits: 2)
        put(second / 60 % 60, at: 7, digits: 2)
        put(second % 60, at: 10, digits: 2)
        put(shown % 1_000, at: 13, digits: 3)
        text[6] = Ascii.colon
        text[9] = Ascii.colon
        text[12] = 0x2E
    }

    private mutating func put(_ value: UInt64, at place: Int, digits: Int) {
        var rest = value
        for index in stride(from: place + digits - 1, through: place, by: -1) {
            text[index] = Ascii.zero + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    private mutating func put(_ sequence: StaticString, at place: Int) {
        for (index, byte) in "\(sequence)".utf8.enumerated() { text[place + index] = byte }
    }
}
