/// When to look at a slot again: buckets of time on a ring, each with a list of slots.
///
/// Activity costs nothing here: the owner moves a deadline of its own, and when the bucket comes
/// round the owner compares and files the slot anew. So a timer that is put off at every byte is
/// touched once a turn of the ring and not once a byte.
@safe
public struct TimerWheel: ~Copyable {
    @usableFromInline let next: UnsafeMutablePointer<UInt32>
    @usableFromInline let previous: UnsafeMutablePointer<UInt32>
    /// The bucket of each slot, `unfiled` when it is in none.
    @usableFromInline let place: UnsafeMutablePointer<UInt16>
    @usableFromInline let heads: UnsafeMutablePointer<UInt32>
    /// A bit for each bucket that holds something, so that the next one is found without a search.
    @usableFromInline var filled: [8 of UInt64] = .init(repeating: 0)
    @usableFromInline var tick: UInt64
    /// How many slots are filed.
    public private(set) var count = 0

    /// Buckets are 2^27 ns (134 ms) wide; 512 of them make a ring of 68 s.
    @usableFromInline static let shift: UInt64 = 27
    @usableFromInline static let buckets = 512
    @usableFromInline static let unfiled = UInt16.max
    @usableFromInline static let none = UInt32.max

    /// A wheel for the slots from 0 to `capacity`, with none filed.
    public init(capacity: Int, now: Instant) {
        unsafe next = .allocate(capacity: capacity)
        unsafe previous = .allocate(capacity: capacity)
        unsafe place = .allocate(capacity: capacity)
        unsafe place.initialize(repeating: Self.unfiled, count: capacity)
        unsafe heads = .allocate(capacity: Self.buckets)
        unsafe heads.initialize(repeating: Self.none, count: Self.buckets)
        tick = now.nanoseconds >> Self.shift
    }

    deinit {
        unsafe next.deallocate()
        unsafe previous.deallocate()
        unsafe place.deallocate()
        unsafe heads.deallocate()
    }

    /// Whether the slot is still to be handed out.
    @inlinable
    public func isFiled(_ slot: UInt32) -> Bool { unsafe place[Int(slot)] != Self.unfiled }

    /// Files a slot so that it is handed out once `deadline` has passed, or a turn of the ring
    /// from now when that is sooner.
    public mutating func file(_ slot: UInt32, at deadline: Instant) {
        if isFiled(slot) { unfile(slot) }
        let wanted = (deadline.nanoseconds >> Self.shift) &+ 1
        let furthest = tick &+ UInt64(Self.buckets - 1)
        let bucket = Int(min(max(wanted, tick &+ 1), furthest) % UInt64(Self.buckets))
        let head = unsafe heads[bucket]
        unsafe next[Int(slot)] = head
        unsafe previous[Int(slot)] = Self.none
        if head != Self.none { unsafe previous[Int(head)] = slot }
        unsafe heads[bucket] = slot
        filled[bucket >> 6] |= 1 << UInt64(bucket & 63)
        unsafe place[Int(slot)] = UInt16(bucket)
        count += 1
    }

    /// Takes a slot out; nothing happens when it is in no bucket.
    public mutating func unfile(_ slot: UInt32) {
        let bucket = unsafe place[Int(slot)]
        if bucket == Self.unfiled { return }
        let after = unsafe next[Int(slot)]
        let before = unsafe previous[Int(slot)]
        if before == Self.none {
            unsafe heads[Int(bucket)] = after
            if after == Self.none { filled[Int(bucket) >> 6] &= ~(1 << UInt64(bucket & 63)) }
        } else {
            unsafe next[Int(before)] = after
        }
        if after != Self.none { unsafe previous[Int(after)] = before }
        unsafe place[Int(slot)] = Self.unfiled
        count -= 1
    }

    /// A slot with a deadline that has passed, taken out; `nil` when there is no more up to `now`.
    public mutating func nextDue(now: Instant) -> UInt32? {
        let target = now.nanoseconds >> Self.shift
        guard let ahead = bucketsToNext(), tick + ahead <= target else {
            tick = max(tick, target)
            return nil
        }
        tick += ahead
        let slot = unsafe heads[Int(tick % UInt64(Self.buckets))]
        unfile(slot)
        return slot
    }

    /// How long until the next bucket that holds something comes round; `nil` when none does.
    public func untilNext(now: Instant) -> Nanoseconds? {
        guard let ahead = bucketsToNext() else { return nil }
        let due = (tick + ahead) << Self.shift
        return Nanoseconds(due > now.nanoseconds ? due - now.nanoseconds : 0)
    }

    /// How many buckets lie between the present one and the next that holds something.
    private func bucketsToNext() -> UInt64? {
        if count == 0 { return nil }
        let present = Int(tick % UInt64(Self.buckets))
        var word = present >> 6
        var bits = filled[word] & (~0 << UInt64(present & 63))
        // The first word is met twice: its upper part at first, its lower part a turn later.
        for _ in 0...8 {
            if bits != 0 {
                let bucket = (word << 6) + bits.trailingZeroBitCount
                return UInt64((bucket - present + Self.buckets) % Self.buckets)
            }
            word = (word + 1) & 7
            bits = filled[word]
        }
        return nil
    }
}
