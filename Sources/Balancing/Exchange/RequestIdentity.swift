import Basics
import Kernel

/// Makes an identifier for each request: a ULID, 26 characters that sort by time.
///
/// Ten characters of milliseconds since 1970, sixteen that are random at first and then counted on,
/// so that no two of a worker are the same.
struct RequestIdentity {
    private var text = InlineText()
    private var millisecond: UInt64 = .max
    /// What the wall clock is ahead of the monotonic one.
    private let wallOffset: UInt64

    private static let timeLength = 10
    private static let length = ULID.length

    init(wallOffset: UInt64) {
        self.wallOffset = wallOffset
        for _ in 0..<Self.timeLength { text.append(ULID.character(0)) }
        // The first of these may not count over into the time.
        text.append(ULID.character(Randomness.word() & 15))
        for _ in (Self.timeLength + 1)..<Self.length {
            text.append(ULID.character(Randomness.word()))
        }
    }

    mutating func next(_ now: Instant) -> InlineText {
        let time = (now.nanoseconds &+ wallOffset) / 1_000_000
        if time != millisecond {
            millisecond = time
            for index in 0..<Self.timeLength {
                text[index] = ULID.character(time >> UInt64(45 - 5 * index))
            }
        }
        count()
        return text
    }

    /// Adds one to the part behind the time, as one does on paper.
    private mutating func count() {
        var index = Self.length - 1
        while index >= Self.timeLength {
            if text[index] != 0x5A {
                text[index] = Self.successor(text[index])
                return
            }
            text[index] = Ascii.zero
            index -= 1
        }
    }

    /// The character that stands for one more.
    @inline(__always)
    private static func successor(_ character: UInt8) -> UInt8 {
        switch character {
        case Ascii.nine: 0x41
        // There is no I, L, O or U.
        case 0x48, 0x4B, 0x4E, 0x54: character + 2
        default: character + 1
        }
    }
}
