import Basics
import Control

/// What became of the requests that processes had when they died: what is said of a death is what
/// clients saw.
///
/// A request that a death has let down belongs to the account of that process until it is over: if
/// it was tried elsewhere and fails after all, that account says so. Where several processes die of
/// which one had it after the other, it fails in the account of the one that died last; it was
/// tried elsewhere in those before. So each failure is in one account.
///
/// An account is given twice, so that no reader waits for the slowest request: at first soon after
/// the word of a death, with what is known, and the rest when nothing is in flight with that
/// process any more and all that it let down is over.
struct FailoverAccounts<Request: AttemptedRequest & ~Copyable> {
    /// How long after it broke a request may still have been let down by a death. A process may
    /// close a connection at any time.
    private let window: Nanoseconds
    /// How long the first report waits for what is in flight.
    private let patience: Nanoseconds
    /// By slot, of the process that is there.
    private var present: [ProcessLosses<Request>?]
    /// Of those that the supervisor has said to be gone.
    private var gone: [ProcessLosses<Request>] = []
    /// Of the account that was opened last.
    private var lastNumber: UInt64 = 0

    init(backends: Int, window: Nanoseconds, patience: Nanoseconds) {
        self.window = window
        self.patience = patience
        present = .init(repeating: nil, count: backends)
    }

    /// Whether there is nothing to settle.
    var isEmpty: Bool { gone.isEmpty }

    /// When a report is to be made though nothing happens.
    var due: Instant? {
        if gone.isEmpty { return nil }
        return gone.lazy.filter { $0.told == nil }.map(\.until).min()
    }

    /// An attempt failed, and the request goes on or is over. `hasDied` says that the process is
    /// known to have ended. Answers with what the request is to keep.
    mutating func lost(
        _ request: Slab<Request>.Key, _ claim: FailoverClaim?, by process: BackendProcess,
        _ failure: AttemptFailure, hasDied: Bool, _ fate: RequestFate, now: Instant,
        in requests: borrowing Slab<Request>
    ) -> FailoverClaim? {
        switch failure {
        case .brokenSent, .brokenUnsent:
            return broke(request, claim, by: process, hasDied, fate, now, requests)
        case .notConnected where hasDied && claim == nil:
            return unreached(request, process, fate, now, requests)
        case .notConnected, .timedOut, .malformed:
            guard let claim, fate == .isOver else { return claim }
            failed(claim)
            return nil
        }
    }

    /// A process had it and let it down.
    private mutating func broke(
        _ request: Slab<Request>.Key, _ claim: FailoverClaim?, by process: BackendProcess,
        _ hasDied: Bool,
        _ fate: RequestFate, _ now: Instant, _ requests: borrowing Slab<Request>
    ) -> FailoverClaim? {
        let number = claimed(process, hasDied, now, requests)
        if let claim, claim.number == number, claim.wasInFlight {
            // It has run into the same death again.
            if fate == .goesOn { return claim }
            failed(claim)
            return nil
        }
        // A process that may not have died at all takes no request out of the account of a death.
        let isDeath = at(process.slot, number) { $0.isDeath } ?? false
        let stays = !isDeath && (claim.flatMap { at($0.slot, $0.number) { $0.isDeath } } ?? false)
        if stays, let claim, fate == .isOver {
            failed(claim)
            return nil
        }
        var place: UInt32?
        at(process.slot, number) { losses in
            switch fate {
            case .goesOn:
                losses.retried &+= 1
                if !stays { place = losses.add(request) }
            case .isOver: losses.failed &+= 1
            }
        }
        if stays { return claim }
        if let claim { over(claim) }
        return place.map {
            FailoverClaim(slot: process.slot, place: $0, number: number, wasInFlight: true)
        }
    }

    /// It was to have one, and had died.
    private mutating func unreached(
        _ request: Slab<Request>.Key, _ process: BackendProcess, _ fate: RequestFate,
        _ now: Instant,
        _ requests: borrowing Slab<Request>
    ) -> FailoverClaim? {
        let number = claimed(process, true, now, requests)
        var place: UInt32?
        at(process.slot, number) { losses in
            switch fate {
            case .goesOn: place = losses.add(request)
            case .isOver: losses.failed &+= 1
            }
        }
        return place.map {
            FailoverClaim(slot: process.slot, place: $0, number: number, wasInFlight: false)
        }
    }

    /// A request that is in an account has failed after all.
    mutating func failed(_ claim: FailoverClaim) {
        at(claim.slot, claim.number) { losses in
            losses.close(claim.place)
            if claim.wasInFlight { losses.retried &-= 1 }
            losses.failed &+= 1
        }
    }

    /// Another account has it now.
    private mutating func over(_ claim: FailoverClaim) {
        at(claim.slot, claim.number) { $0.close(claim.place) }
    }

    /// The supervisor has said that a process is gone: no other request will be given to it.
    mutating func left(
        _ process: BackendProcess, now: Instant, in requests: borrowing Slab<Request>
    ) {
        let slot = process.slot.index
        var losses = ProcessLosses<Request>(
            process: process, number: next(), isDeath: true, last: now)
        if let known = present[slot], known.process == process, isOne(known, now) {
            losses = known
            losses.isDeath = true
        }
        if present[slot]?.process == process { present[slot] = nil }
        losses.until = now + patience
        losses.findHeld(in: requests)
        gone.append(losses)
    }

    /// What is to be reported by now.
    mutating func settle(
        now: Instant, in requests: borrowing Slab<Request>
    ) -> [FailoverReport] {
        var reports: [FailoverReport] = []
        var index = 0
        while index < gone.count {
            let isQuiet = gone[index].holdsNothing(in: requests)
            if gone[index].told == nil && (isQuiet || now >= gone[index].until) {
                reports.append(.first(gone[index].tell()))
            }
            if isQuiet && gone[index].isOver(in: requests) {
                reports.append(.rest(gone[index].rest))
                gone.remove(at: index)
            } else {
                index += 1
            }
        }
        return reports
    }

    /// The balancer leaves: what is not known yet will never be.
    mutating func close() -> [FailoverReport] {
        var reports: [FailoverReport] = []
        for index in gone.indices {
            if gone[index].told == nil { reports.append(.first(gone[index].tell())) }
            reports.append(.rest(gone[index].rest))
        }
        gone = []
        return reports
    }

    /// The number of the account in which losses of a process are counted now.
    private mutating func claimed(
        _ process: BackendProcess, _ hasDied: Bool, _ now: Instant,
        _ requests: borrowing Slab<Request>
    ) -> UInt64 {
        if let index = gone.firstIndex(where: { $0.process == process }) {
            gone[index].last = now
            return gone[index].number
        }
        let slot = process.slot.index
        if let known = present[slot], known.process == process, isOne(known, now),
            // So many can't have been let down by one death: it has long been ending connections.
            known.isDeath || known.open.count < requests.capacity
        {
            present[slot]?.last = now
            if hasDied { present[slot]?.isDeath = true }
            return known.number
        }
        let number = next()
        present[slot] = ProcessLosses(process: process, number: number, isDeath: hasDied, last: now)
        return number
    }

    /// Whether what a process has let down belongs together with what happens to it now.
    private func isOne(_ losses: ProcessLosses<Request>, _ now: Instant) -> Bool {
        losses.isDeath || now.since(losses.last) <= window
    }

    private mutating func next() -> UInt64 {
        lastNumber &+= 1
        return lastNumber
    }

    /// Does something with an account that is still open; `nil` where it is not.
    @discardableResult
    private mutating func at<Result>(
        _ slot: BackendSlot, _ number: UInt64, _ body: (inout ProcessLosses<Request>) -> Result
    ) -> Result? {
        if present[slot.index]?.number == number { return body(&present[slot.index]!) }
        guard let index = gone.firstIndex(where: { $0.number == number }) else { return nil }
        return body(&gone[index])
    }
}

/// That a request is in an account: kept with the request.
struct FailoverClaim: Equatable {
    fileprivate let slot: BackendSlot
    /// Where it stands among those that are not over.
    fileprivate let place: UInt32
    fileprivate let number: UInt64
    /// Whether the process had it. One that only was to have it, and found it dead, is told of
    /// if it fails.
    fileprivate let wasInFlight: Bool
}

/// What becomes of a request when its attempt has failed.
enum RequestFate { case goesOn, isOver }

enum FailoverReport: Equatable {
    /// What is known by now.
    case first(FailoverAccount)
    /// What has turned out since, to be added. `failed` includes requests that were told of as
    /// `retried`; its `inFlight` does not.
    case rest(FailoverAccount)
}
