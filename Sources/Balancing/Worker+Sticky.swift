import Basics
import Choosing
import HTTP1
import Kernel

/// Clients that stay where they were by a cookie.
extension Worker {
    /// Keeps what the cookie of the head that was just parsed says.
    mutating func noteCookie(_ exchange: Exchange.Slot) {
        guard let index = exchanges[exchange].request.member(requestHead, plan.cookieName, roster)
        else { return }
        exchanges[exchange].asked.cookieSlot = roster.members[index].slot
    }

    /// Adds the cookie to the response head in `scratch`, where the client has another or none.
    ///
    /// It goes with the browser's session, no script can read it (HttpOnly), and other sites'
    /// requests come without it but for plain links (SameSite=Lax; RFC 6265bis §5.6.7).
    mutating func addCookie(_ exchange: Exchange.Slot) {
        let slot = exchanges[exchange].attempts.process.slot
        guard exchanges[exchange].asked.cookieSlot != slot, let index = roster.index(ofSlot: slot),
            let value = roster.cookies?.value(of: index)
        else { return }
        scratch.truncate(to: scratch.count - 2)
        scratch.append("Set-Cookie: ")
        scratch.append(plan.cookieName.bytes)
        scratch.append("=")
        scratch.append(value.span)
        scratch.append("; Path=/; HttpOnly; SameSite=Lax\r\n\r\n")
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
