import Basics
import Control

/// The processes that a request has been tried on, the last eighteen: as many as `--retries` may
/// ask for, the first, and one that a death ended. Of more, which takes as many kills, the earliest
/// are forgotten.
struct AttemptLog {
    static let capacity = 18
    /// Each in one word, so that an exchange is made with few stores: cause (8 bits, 0 for one that
    /// has not failed), slot (24), and the lower half of the generation, which tells processes of
    /// one slot apart.
    // Written out: what `repeating` calls is not inlined, and then an exchange, of which this is a
    // part, is made elsewhere and moved to its slot.
    private var words: [18 of UInt64] = [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    /// How many there have been, those forgotten included.
    private(set) var count = 0

    /// The attempts that are kept, the earliest first, by number.
    var kept: Range<Int> { max(0, count - Self.capacity)..<count }

    mutating func append(_ process: BackendProcess) {
        words[count % Self.capacity] = Self.word(process)
        count += 1
    }

    /// The last attempt failed.
    mutating func failed(_ cause: Cause) {
        invariant(count > 0, "an attempt failed that did not begin")
        let place = (count - 1) % Self.capacity
        words[place] = words[place] & Self.processBits | UInt64(cause.rawValue) << 56
    }

    func slot(_ attempt: Int) -> BackendSlot {
        BackendSlot(UInt32(truncatingIfNeeded: words[attempt % Self.capacity] >> 32) & 0xFF_FFFF)
    }

    /// Why an attempt failed; `nil` for one that did not.
    func cause(_ attempt: Int) -> Cause? {
        Cause(rawValue: UInt8(words[attempt % Self.capacity] >> 56))
    }

    func includes(_ process: BackendProcess) -> Bool {
        let wanted = Self.word(process)
        for place in 0..<min(count, Self.capacity) where words[place] & Self.processBits == wanted {
            return true
        }
        return false
    }

    private static let processBits: UInt64 = 0x00FF_FFFF_FFFF_FFFF

    private static func word(_ process: BackendProcess) -> UInt64 {
        UInt64(process.slot.number & 0xFF_FFFF) << 32 | process.generation & 0xFFFF_FFFF
    }
}
