import Basics
import Choosing
import HTTP1
import Kernel

/// Clients that stay where they were by a cookie.
extension Worker {
    /// Keeps what the cookie of the head that was just parsed says.
    mutating func noteCookie(_ exchange: Exchange.Slot) {
        guard let index = exchanges[exchange].request.member(heads.request, plan.cookieName, roster)
        else { return }
        exchanges[exchange].asked.cookieSlot = roster.members[index].slot
    }

    /// The cookie for the client of a request that has been answered, where it has another or none.
    func newCookie(_ exchange: Exchange.Slot) -> HeadRewriter.Cookie? {
        let slot = exchanges[exchange].attempts.process.slot
        guard exchanges[exchange].asked.cookieSlot != slot, let index = roster.index(ofSlot: slot)
        else {
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
