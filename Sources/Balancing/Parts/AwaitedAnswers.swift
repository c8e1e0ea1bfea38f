import Basics

/// Answers about a process that seems to have died just now: they wait for a moment, since the
/// supervisor is about to say how it did.
struct AwaitedAnswers {
    private struct Awaited {
        let exchange: Exchange.Key
        let process: BackendProcess
        let answer: OwnAnswer
        /// When it is given in any case.
        let until: Instant
    }

    private let patience: Nanoseconds
    /// In the order of their time.
    private var waiting: [Awaited] = []

    init(patience: Nanoseconds) { self.patience = patience }

    var isEmpty: Bool { waiting.isEmpty }

    /// When the first of them is given in any case.
    var due: Instant? { waiting.first?.until }

    /// An answer to a request that a process has failed comes to wait.
    mutating func joined(
        _ exchange: Exchange.Key, _ answer: OwnAnswer, about process: BackendProcess, now: Instant
    ) {
        waiting.append(
            Awaited(exchange: exchange, process: process, answer: answer, until: now + patience))
    }

    /// Takes out the answers that have their news, or will get none. `isCurrent` says whether a
    /// process is there as far as is known, `isThere` whether a request still is.
    mutating func settle(
        now: Instant, isCurrent: (BackendProcess) -> Bool, isThere: (Exchange.Key) -> Bool
    ) -> [(exchange: Exchange.Key, answer: OwnAnswer)] {
        var settled: [(exchange: Exchange.Key, answer: OwnAnswer)] = []
        waiting.removeAll { entry in
            if !isThere(entry.exchange) { return true }
            if isCurrent(entry.process) && now < entry.until { return false }
            settled.append((entry.exchange, entry.answer))
            return true
        }
        return settled
    }
}
