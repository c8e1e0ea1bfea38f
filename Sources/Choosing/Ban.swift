import Basics

/// When a client that goes on after it was refused is not listened to for a while.
public struct Ban: Equatable, Sendable {
    /// How many refusals,
    public var refusals: UInt64
    /// within how long of the first of them,
    public var within: Nanoseconds
    /// and for how long then.
    public var lasting: Nanoseconds

    public init(refusals: UInt64, within: Nanoseconds, lasting: Nanoseconds) {
        self.refusals = refusals
        self.within = within
        self.lasting = lasting
    }
}

/// The clients that were refused lately, and those that are banned, in a table of a fixed size.
///
/// An entry that counts refusals expires when the time they must fall into is over, one that bans
/// when the ban is: so one word for the count and one for the time are enough for both.
public struct BanTable<Words: WordStorage> {
    public let ban: Ban
    /// Those of its entries that ban.
    public let banned: BannedClients<Words>

    /// The table that lies in these words, empty where all are 0.
    @inlinable
    public init(_ words: Words, ban: Ban) {
        banned = BannedClients(words)
        self.ban = ban
    }

    @inlinable
    var table: ExpiringTable<Words> { banned.table }

    /// A client was refused. Until when it is banned, if this was once too often; one that is
    /// banned already stays so no longer for it.
    @inlinable
    public func refused(_ client: UInt64, now: Instant) -> Instant? {
        let end = now + ban.lasting
        let isBan = BannedClients<Words>.mark
        for _ in 0..<64 {
            guard let entry = table.find(client, now: now) else {
                let isEnough = ban.refusals <= 1
                let payload = isEnough ? isBan : 1
                let expiry = isEnough ? end : now + ban.within
                if table.put(client, payload: payload, expiry: expiry, now: now) {
                    return isEnough ? end : nil
                }
                continue
            }
            if entry.payload == isBan { return entry.expiry }
            let count = entry.payload + 1
            let isEnough = count >= min(ban.refusals, isBan)
            if !table.change(entry, payload: isEnough ? isBan : count) { continue }
            if !isEnough { return nil }
            // Nothing else sets the time of an entry that bans, but the lifting of the ban.
            _ = table.renew(entry, until: end)
            return end
        }
        return nil
    }
}

extension BanTable: Sendable where Words: Sendable {}
