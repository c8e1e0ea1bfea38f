import Basics
import Choosing
import HTTP1
import Kernel

/// Clients that stay where they were: by their address for a time, or by a cookie.
extension Worker {
    /// Whether clients stay where they are at all.
    var keepsPlaces: Bool { plan.keepsByCookie || plan.keepsByAddress }

    /// Where a client belongs; nothing where it belongs nowhere, or nobody is there now.
    func ownPlace(_ exchange: Exchange.Slot) -> Int? {
        if exchanges[exchange].attempts.count > 0 { return nil }
        guard let index = plan.keepsByCookie ? placeOfCookie(exchange) : placeOfAddress(exchange)
        else {
            return nil
        }
        let mayStay =
            roster.members[index].fact == .ready
            && admits(index, nil, .strict)
        return mayStay ? index : nil
    }

    private func placeOfCookie(_ exchange: Exchange.Slot) -> Int? {
        exchanges[exchange].cookieSlot.flatMap { roster.index(ofSlot: $0) }
    }

    private func placeOfAddress(_ exchange: Exchange.Slot) -> Int? {
        guard let client = exchanges[exchange].network,
            let place = plan.rules.places.place(of: client, now: now),
            let index = roster.index(ofSlot: place.slot),
            place.isCurrent(roster.members[index].generation)
        else { return nil }
        return index
    }

    /// A request goes to a backend: its client belongs there from now on.
    func noteOwnPlace(_ exchange: Exchange.Slot) {
        guard let client = exchanges[exchange].network else { return }
        plan.rules.places.bind(
            client, slot: exchanges[exchange].attempts.process.slot,
            generation: exchanges[exchange].attempts.process.generation, now: now
        )
    }

    /// Keeps what the cookie of the head that was just parsed says.
    mutating func noteCookie(_ exchange: Exchange.Slot) {
        guard let index = exchanges[exchange].request.member(heads.request, plan.cookieName, roster)
        else { return }
        exchanges[exchange].cookieSlot = roster.members[index].slot
    }

    /// The cookie for the client of a request that has been answered, where it has another or none.
    func newCookie(_ exchange: Exchange.Slot) -> HeadRewriter.Cookie? {
        let slot = exchanges[exchange].attempts.process.slot
        guard exchanges[exchange].cookieSlot != slot, let index = roster.index(ofSlot: slot) else {
            return nil
        }
        return roster.cookies?.value(of: index)
    }
}

extension Relay {
    /// The member that the cookie of this name says; nothing without it, or when it is not ours.
    fileprivate func member(
        _ head: borrowing RequestHead, _ name: InlineText, _ roster: Roster
    ) -> Int? {
        let all = queue.bytes.extracting(ready..<queue.count)
        guard let field = head.value(of: "cookie", in: all) else { return nil }
        let pairs = all.extracting(field.range)
        guard let value = CookiePairs.find(name.bytes, in: pairs) else { return nil }
        return roster.cookies?.member(pairs, in: value)
    }
}
