import Basics
import Choosing
import Control
import HTTP1
import Kernel
import Scoreboard

/// What a backend is chosen for and by: which, `Picker` says.
extension Worker {
    /// Which backend a request goes to, where it is counted from now on. `nil` where there is none
    /// to be had: then it waits, or has been answered.
    ///
    /// A look at the version first: from the moment a roster is put up, no worker chooses by
    /// another.
    mutating func choose(for exchange: Exchange.Slot, isCalled: Bool) -> Pick? {
        if plan.board.version.load(ordering: .acquiring) != roster.version { adoptRoster() }
        if plan.limitsInFlight { return chooseWithRoom(for: exchange, isCalled: isCalled) }
        guard case .backend(let pick) = look(for: exchange) else {
            queue(exchange, for: .backend)
            return nil
        }
        dispatch(to: pick)
        return pick
    }

    /// Which backend a request goes to, where backends may have only so much in flight. A new
    /// request goes behind those that wait; threads that claim the last place at the same moment
    /// all let it go, and try once more.
    private mutating func chooseWithRoom(for exchange: Exchange.Slot, isCalled: Bool) -> Pick? {
        let hasTurn = isCalled || exchanges[exchange].attempts.count > 0
        for _ in 0..<Limits.claims {
            switch look(for: exchange) {
            case .noBackend:
                queue(exchange, for: .backend)
                return nil
            case .busy(let slot):
                wait(exchange, forRoomAt: slot)
                return nil
            case .backend(let pick):
                let slot = roster.members[pick.index].slot
                if !hasTurn && longestWaiting(at: slot) != nil {
                    wait(exchange, forRoomAt: pick.why.reason.isOwnPlace ? slot : nil)
                    // There may be room elsewhere, for which no request waits.
                    queues.forRoom.roomFreed()
                    return nil
                }
                dispatch(to: pick)
                if picker.isWithinLimit(pick.index) { return pick }
                let process = roster.members[pick.index].process
                counters.withdrawn(slot: process.slot, generation: process.generation)
            }
        }
        wait(exchange, forRoomAt: nil)
        return nil
    }

    @inline(__always)
    private mutating func look(for exchange: Exchange.Slot) -> Choice {
        let request = Picker.Request(
            key: exchanges[exchange].asked.key, client: exchanges[exchange].asked.network,
            cookie: exchanges[exchange].asked.cookieSlot)
        if exchanges[exchange].attempts.count == 0 { return picker.pick(for: request, now: now) }
        return picker.pick(for: request, besides: exchanges[exchange].attempts.log, now: now)
    }

    private func dispatch(to pick: Pick) {
        let process = roster.members[pick.index].process
        counters.dispatched(slot: process.slot, generation: process.generation)
    }

    /// A backend has answered.
    @inline(__always)
    mutating func noteAnswered(_ exchange: Exchange.Slot) {
        picker.answered(
            exchanges[exchange].attempts.process,
            after: now.since(exchanges[exchange].attempts.sentAt), now: now)
    }

    /// Keeps the key of the request that was just parsed. Where there is none, as without the
    /// cookie, any backend will do.
    mutating func noteKey(_ exchange: Exchange.Slot) {
        let client = exchanges[exchange].client
        var key: UInt64?
        switch plan.options.hashKey {
        case .source:
            let claimed = exchanges[exchange].asked.claimedAddress
            let address = claimed.isEmpty ? clients[client].address : claimed
            key = KeyHash.hash(address.bytes)
        case .uri: key = exchanges[exchange].request.hash(heads.request.pathAndQuery.range)
        case .path: key = exchanges[exchange].request.hashPath(heads.request.pathAndQuery.range)
        case .header(let name): key = exchanges[exchange].request.hash(heads.request, field: name)
        case .cookie(let name): key = exchanges[exchange].request.hash(heads.request, cookie: name)
        }
        exchanges[exchange].asked.key = key ?? picker.anyKey()
    }
}

/// Clients that stay where they were by a cookie.
extension Worker {
    /// Keeps what the cookie of the head that was just parsed says.
    mutating func noteCookie(_ exchange: Exchange.Slot) {
        guard
            let index = exchanges[exchange].request.member(
                heads.request, plan.heads.cookieName, roster)
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
    /// The hash of a part of the head that was just parsed.
    func hash(_ range: Range<Int>) -> UInt64 {
        KeyHash.hash(head(range))
    }

    /// The hash of a target up to its query.
    func hashPath(_ range: Range<Int>) -> UInt64 {
        let target = head(range)
        var end = 0
        while end < target.count && target[end] != 0x3F { end += 1 }
        return KeyHash.hash(target.extracting(0..<end))
    }

    /// The hash of the first field of this name; `nil` without it.
    func hash(_ head: borrowing RequestHead, field name: String) -> UInt64? {
        let all = queue.bytes.extracting(ready..<queue.count)
        return head.value(named: name.utf8.span, in: all).map { hash($0.range) }
    }

    /// The hash of a cookie; `nil` without it.
    func hash(_ head: borrowing RequestHead, cookie name: String) -> UInt64? {
        let all = queue.bytes.extracting(ready..<queue.count)
        guard let field = head.value(of: "cookie", in: all) else { return nil }
        let pairs = all.extracting(field.range)
        guard let value = CookiePairs.find(name.utf8.span, in: pairs) else { return nil }
        return KeyHash.hash(pairs.extracting(value))
    }

    @_lifetime(borrow self)
    private func head(_ range: Range<Int>) -> Span<UInt8> {
        queue.bytes.extracting((ready + range.lowerBound)..<(ready + range.upperBound))
    }
}

extension Relay {
    /// The member that the cookie of this name says; `nil` without it, or when it is not ours.
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
