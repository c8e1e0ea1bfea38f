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
    @usableFromInline
    let table: ExpiringTable<Words>

    @inlinable
    public init(_ words: Words, ban: Ban) {
        table = ExpiringTable(words, payloadBits: 16)
        self.ban = ban
    }

    /// A count that is no count: banned.
    @inlinable
    static var banned: UInt64 { 0xFFFF }

    /// Until when a client is banned; nothing when it is not.
    @inlinable
    public func end(of client: UInt64, now: Instant) -> Instant? {
        guard let entry = table.find(client, now: now) else { return nil }
        return entry.payload == Self.banned ? entry.expiry : nil
    }

    /// A client was refused. Until when it is banned, if this was once too often; one that is
    /// banned already stays so no longer for it.
    @inlinable
    public func refused(_ client: UInt64, now: Instant) -> Instant? {
        let end = now + ban.lasting
        for _ in 0..<64 {
            guard let entry = table.find(client, now: now) else {
                let isEnough = ban.refusals <= 1
                let payload = isEnough ? Self.banned : 1
                let expiry = isEnough ? end : now + ban.within
                if table.put(client, payload: payload, expiry: expiry, now: now) {
                    return isEnough ? end : nil
                }
                continue
            }
            if entry.payload == Self.banned { return entry.expiry }
            let count = entry.payload + 1
            let isEnough = count >= min(ban.refusals, Self.banned)
            if !table.change(entry, payload: isEnough ? Self.banned : count) { continue }
            if !isEnough { return nil }
            // Nobody else sets the time of an entry that bans.
            _ = table.renew(entry, until: end)
            return end
        }
        return nil
    }

    /// Ends a ban, and forgets the refusals.
    @inlinable
    public func lift(_ client: UInt64, now: Instant) {
        while let entry = table.find(client, now: now) {
            if table.renew(entry, until: Instant(nanoseconds: 0)) { return }
        }
    }
}

extension BanTable: Sendable where Words: Sendable {}
