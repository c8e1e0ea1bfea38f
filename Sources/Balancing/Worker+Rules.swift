import Basics
import HTTP1
import Kernel

/// Clients that ask too often.
extension Worker {
    /// Whether a client that connects is let in at all.
    func isShutOut(_ client: ClientNetwork?, isTrusted: Bool) -> Bool {
        guard plan.limitsRates, !isTrusted, let client else { return false }
        return plan.rules.isBanned(client, now: now)
    }

    /// Counts a request, or in TCP a connection, of a client, and tells of one that is shut out
    /// for it; why it is not served, if it isn't.
    func overLimit(_ client: ClientNetwork?) -> ClientRules.Refusal? {
        guard plan.limitsRates, let client else { return nil }
        // Not the turn's time: another thread, whose turn began later, may have counted a request
        // of this client that came before this one.
        let refusal = plan.rules.refuse(client, now: Clock.now())
        if refusal != nil { lane.limited() }
        if case .newlyBanned(let time) = refusal, let ban = plan.options.ban {
            plan.board.announce(
                "\(client) is banned for \(OwnAnswer.span(time)): refused \(ban.after) times "
                    + "within 10 s")
        }
        return refusal
    }

    /// The answer to a client that asks too often; nothing where it does not.
    mutating func answerToHaste(_ exchange: Exchange.Slot) -> OwnAnswer? {
        guard let refusal = overLimit(exchanges[exchange].asked.network) else { return nil }
        let wait: Nanoseconds
        var own: OwnAnswer
        switch refusal {
        case .limited(let time):
            wait = time
            own = OwnAnswer(.tooManyRequests, "this address sends too many requests")
        case .banned(let time), .newlyBanned(let time):
            wait = time
            own = OwnAnswer(.banned, "this address went on sending too many requests")
            // A proxy's connection is other clients' too.
            let isProxy = clients[exchanges[exchange].client].isTrusted
            if !isProxy { exchanges[exchange].answering.keepsClient = false }
        }
        // Whole seconds, and not one too few.
        own.retryAfter = (wait.count + 999_999_999) / 1_000_000_000
        return own
    }
}
