import Basics

/// A table of a fixed size with an entry for each key, a 64-bit hash, until it expires.
///
/// An entry is two words: *content* (some bits of the key's hash, and the payload) and *until
/// when*. It lies in one of `probeLength` places from the key's own on; all of them are looked at,
/// so nothing needs to be left behind where an entry was. Where all are taken a new key takes the
/// place of the one that would expire first. So each step is bounded, and so is the memory.
///
/// There is no lock. A writer exchanges the first word for what it has seen there, then the second;
/// a thread that has lost is told and looks again. A key and its payload are one word, so no reader
/// ever gets another key's payload. A reader takes the expiry as valid only if the first word is
/// still the same after it. An entry that has to make room has expired before it does: so in the
/// moment between a writer's two steps, or when it is killed there, no entry is found. Of threads
/// that enter the same key at the same time one succeeds. Only where another key's entry expires in
/// the very moment that lies between their clocks may they leave two; the first is found, the other
/// expires.
///
/// Of a key's hash `64 - payloadBits - 1` bits are kept: with 36 bits of payload, two keys whose
/// places are near are taken for one with a chance of 1 in 2^27.
public struct ExpiringTable<Words: WordStorage> {
    /// What was found for a key.
    public struct Entry: Equatable, Sendable {
        @usableFromInline
        var place: Int
        @usableFromInline
        var name: UInt64
        /// What was entered with the key: its lower `payloadBits` count.
        public var payload: UInt64
        public var expiry: Instant

        @inlinable
        init(place: Int, name: UInt64, payload: UInt64, expiry: Instant) {
            self.place = place
            self.name = name
            self.payload = payload
            self.expiry = expiry
        }
    }

    @usableFromInline
    let words: Words
    /// How many entries there is room for.
    public let capacity: Int
    @usableFromInline
    let payloadMask: UInt64

    /// A table in these words, all zero at first, or left by another table of the same kind.
    @inlinable
    public init(_ words: Words, payloadBits: UInt64) {
        invariant(words.count >= 2 * Self.probeLength, "a table has no room for one probe")
        invariant(payloadBits < 40, "an entry's payload leaves no room for its key")
        self.words = words
        capacity = words.count / 2
        payloadMask = (1 << payloadBits) - 1
    }

    /// In how many places an entry may lie: 128 bytes, two or three lines of the cache.
    @inlinable
    public static var probeLength: Int { 8 }

    /// The entry of a key, unless it has expired or there is none.
    @inlinable
    public func find(_ key: UInt64, now: Instant) -> Entry? {
        let hash = KeyHash.mixed(key)
        let name = name(hash)
        var place = home(hash)
        for _ in 0..<Self.probeLength {
            let content = words.load(2 * place)
            if content & ~payloadMask == name {
                let expiry = words.load(2 * place + 1)
                // Racing: another key may have moved in between the two loads.
                if now.nanoseconds < expiry && words.load(2 * place) == content {
                    return Entry(
                        place: place, name: name, payload: content & payloadMask,
                        expiry: Instant(nanoseconds: expiry))
                }
            }
            place = place + 1 == capacity ? 0 : place + 1
        }
        return nil
    }

    /// Enters a key that was not found; false when another thread was there at the same time, and
    /// then nothing is promised: look again.
    @inlinable
    public func put(_ key: UInt64, payload: UInt64, expiry: Instant, now: Instant) -> Bool {
        let hash = KeyHash.mixed(key)
        let name = name(hash)
        var place = home(hash)
        var victim = place
        var seen: (content: UInt64, until: UInt64) = (0, 0)
        var earliest = UInt64.max
        for _ in 0..<Self.probeLength {
            let content = words.load(2 * place)
            let until = words.load(2 * place + 1)
            // Racing: an expiry says nothing of an entry that left, or came, between the two loads.
            if words.load(2 * place) != content { return false }
            let isOwn = content & ~payloadMask == name
            // Racing: it was not found, so another thread has entered it since.
            if isOwn && until > now.nanoseconds { return false }
            // All that has expired is as good.
            let rank = until <= now.nanoseconds ? 0 : until
            if isOwn || rank < earliest {
                (victim, seen, earliest) = (place, (content, until), rank)
            }
            if isOwn { break }
            place = place + 1 == capacity ? 0 : place + 1
        }
        let content = name | (payload & payloadMask)
        if earliest > 0 {
            if !words.exchange(seen.until, with: 0, at: 2 * victim + 1) { return false }
            seen.until = 0
        }
        if !words.exchange(seen.content, with: content, at: 2 * victim) { return false }
        return words.exchange(seen.until, with: expiry.nanoseconds, at: 2 * victim + 1)
    }

    /// Sets when an entry expires; false when that was changed by another.
    @inlinable
    public func renew(_ entry: Entry, until expiry: Instant) -> Bool {
        words.exchange(entry.expiry.nanoseconds, with: expiry.nanoseconds, at: 2 * entry.place + 1)
    }

    /// Sets an entry's payload; false when the entry was changed by another.
    @inlinable
    public func change(_ entry: Entry, payload: UInt64) -> Bool {
        words.exchange(
            entry.name | entry.payload, with: entry.name | (payload & payloadMask),
            at: 2 * entry.place)
    }

    /// The entry in one of the places from 0 to `capacity`, of whatever key, unless it has expired
    /// or there is none.
    public func entry(in place: Int, now: Instant) -> Entry? {
        while true {
            let content = words.load(2 * place)
            let expiry = words.load(2 * place + 1)
            // Racing: another key may have moved in between the two loads.
            if words.load(2 * place) != content { continue }
            if content == 0 || now.nanoseconds >= expiry { return nil }
            return Entry(
                place: place, name: content & ~payloadMask, payload: content & payloadMask,
                expiry: Instant(nanoseconds: expiry))
        }
    }

    /// The upper bits, never all zero, which is no entry.
    @inlinable @inline(__always)
    func name(_ hash: UInt64) -> UInt64 { (hash | 1 << 63) & ~payloadMask }

    /// By the lower half, so that the name's bits say more than the place does.
    @inlinable @inline(__always)
    func home(_ hash: UInt64) -> Int {
        Int(((hash & 0xFFFF_FFFF) &* UInt64(capacity)) >> 32)
    }
}

extension ExpiringTable: Sendable where Words: Sendable {}
