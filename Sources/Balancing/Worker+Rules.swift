import Kernel

extension Worker {
    /// The answer to a client that asks too often; nothing where it does not.
    mutating func answerToHaste(_ exchange: Exchange.Slot) -> OwnAnswer? {
        guard admission.limitsRates, let client = exchanges[exchange].asked.network else {
            return nil
        }
        let byProxy = clients[exchanges[exchange].client].isTrusted
        // Not the turn's time: another thread, whose turn began later, may have counted a request
        // of this client that came before this one.
        guard let denial = admission.asks(client, byProxy: byProxy, now: Clock.now()) else {
            return nil
        }
        lane.limited()
        if let news = denial.news { plan.board.announce(news) }
        if denial.closes { exchanges[exchange].answering.keepsClient = false }
        return denial.answer
    }
}
