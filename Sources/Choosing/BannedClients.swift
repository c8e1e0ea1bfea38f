import Basics

/// The clients that a table of refusals bans, to be listed and to be let in again: both go by the
/// table alone, so no client is shut out that can't be let in.
public struct BannedClients<Words: WordStorage> {
    @usableFromInline
    let table: ExpiringTable<Words>

    /// Those in the words of a `BanTable`.
    @inlinable
    public init(_ words: Words) { table = ExpiringTable(words, payloadBits: 16) }

    /// A count of refusals that is no count: banned.
    @inlinable
    static var mark: UInt64 { 0xFFFF }

    /// Until when a client is banned; `nil` when it is not.
    @inlinable
    public func end(of client: UInt64, now: Instant) -> Instant? {
        guard let entry = table.find(client, now: now) else { return nil }
        return entry.payload == Self.mark ? entry.expiry : nil
    }

    /// Ends a ban, and forgets the refusals; whether there was a ban.
    @inlinable
    public func lift(_ client: UInt64, now: Instant) -> Bool {
        while let entry = table.find(client, now: now) {
            if table.renew(entry, until: Instant(nanoseconds: 0)) {
                return entry.payload == Self.mark
            }
        }
        return false
    }

    /// Ends every ban, and says how many there were. It looks at every place of the table; a client
    /// that is banned meanwhile may stay so.
    public func liftAll(now: Instant) -> Int {
        var count = 0
        for place in 0..<table.capacity {
            // Racing: an entry that was changed is looked at again.
            while let entry = table.entry(in: place, now: now), entry.payload == Self.mark {
                if table.renew(entry, until: Instant(nanoseconds: 0)) {
                    count += 1
                    break
                }
            }
        }
        return count
    }

    /// How many are banned. It looks at every place of the table.
    public func count(now: Instant) -> Int {
        (0..<table.capacity).count { table.entry(in: $0, now: now)?.payload == Self.mark }
    }
}

extension BannedClients: Sendable where Words: Sendable {}
