import Basics
import Choosing
import Control

/// The attempts to have one request answered: where it has been, how each attempt failed, and what
/// may follow. This is the one place that says whether, where and how often a request is tried
/// again (RFC 9110 §9.2.2).
///
/// It knows no socket and no roster: the caller that tells it of a failed attempt brings the facts.
struct Attempts {
    /// What the message is and how far it has come.
    struct Message {
        /// Whether its method may be carried out twice.
        var isIdempotent: Bool
        /// Whether all that was sent of it can be sent once more.
        var isReplayable: Bool
        /// Whether the client has been sent any of the response.
        var hasAnswered: Bool
    }

    /// What is known of the backends.
    struct Facts {
        /// Whether a supervisor tells of deaths.
        var isSupervised: Bool
        /// Whether the process of the attempt has ended or is ending.
        var hasDied: Bool
        /// Whether there is a backend to be chosen on which it has not been tried.
        var hasOther: Bool
        /// Attempts beyond the first, not counting those that a death ended.
        var retries: Int
        /// Whether it broke on a connection that had been kept, before anything was answered: most
        /// likely the backend closed that as it was used again (RFC 9112 §9.5).
        var wasClosing = false
    }

    /// What is done about an attempt that failed.
    enum Decision: Equatable {
        /// Another attempt, at once. One that is paid counts as a retry, for which the budget
        /// must have room; a death has to be made good in any case.
        case again(isPaid: Bool)
        case wait(WaitReason)
        case answer(Detail)
        /// The client has part of a response: it must see that the rest is missing.
        case cut
    }

    /// What is said beside the cause when a request is given up.
    enum Detail: Equatable {
        /// The failure itself.
        case failure
        /// Processes died of it.
        case deadly
        /// There were too many retries of late.
        case budget
    }

    /// Two processes that died of the same request are a coincidence at best; a third must not.
    static let mostDeaths = 2

    /// The connection to the backend that has it now.
    var upstream: UpstreamConnection.Slot?
    /// The attempt that is under way, or was the last.
    var progress: AttemptProgress
    /// How long it has waited for a backend, in all.
    private(set) var waited = Nanoseconds(0)
    private(set) var log = AttemptLog()
    private var deaths = Deaths()
    /// Attempts that failed and were neither a death nor a connection that was closing.
    private var paid = 0
    /// Whether one met a connection that was closing. That says nothing of the backend, so the
    /// attempt is free, once: the next ones go over new connections, which can't be closing.
    private(set) var needsFresh = false

    @inline(__always)
    init(at now: Instant) { progress = AttemptProgress(at: now) }

    /// The process that has it or had it last.
    var process: BackendProcess { progress.process }
    /// When it was given to that.
    var sentAt: Instant { progress.chosenAt }

    /// How many attempts there have been.
    var count: Int { log.count }

    /// Whether this process has had it. A backend that has been started anew has not.
    func includes(_ process: BackendProcess) -> Bool { log.includes(process) }

    /// A process is given it, chosen for such reasons.
    mutating func began(on process: BackendProcess, why: ChoiceFacts, at now: Instant) {
        log.append(process)
        progress = AttemptProgress(process, why, waited: waited, at: now)
    }

    /// It waited for a backend until now.
    mutating func waited(for time: Nanoseconds) {
        waited = waited + time
    }

    /// It is taken away from a process that is there and does not answer.
    mutating func wasTakenAway() {
        log.failed(.silent)
        paid += 1
    }

    /// The attempt that began last has failed.
    mutating func failed(
        _ failure: AttemptFailure, _ cause: Cause, _ message: Message, _ facts: Facts
    ) -> Decision {
        log.failed(cause)
        let isFree = facts.wasClosing && !facts.hasDied && !needsFresh
        if isFree { needsFresh = true }
        if !facts.hasDied && !isFree { paid += 1 }
        if failure == .brokenSent && facts.hasDied { deaths.append(process) }
        if message.hasAnswered { return .cut }
        if !message.isReplayable { return .answer(.failure) }
        switch failure {
        // No backend can have received it: any method.
        case .notConnected, .brokenUnsent: break
        // It may have been received, and acted on: only what may be done twice.
        case .brokenSent:
            if !message.isIdempotent { return .answer(.failure) }
            if deaths.known >= Self.mostDeaths { return .answer(.deadly) }
            if deaths.possible >= Self.mostDeaths { return .wait(.endings) }
        // The client has waited long enough, and the backend may still be at it; what is no
        // response was received and answered, however badly.
        case .timedOut, .malformed: return .answer(.failure)
        }
        if facts.hasDied { return facts.hasOther ? .again(isPaid: false) : .wait(.backend) }
        if isFree { return .again(isPaid: false) }
        if paid > facts.retries {
            return facts.isSupervised ? .wait(.death(cause, .failure)) : .answer(.failure)
        }
        // No process listens any more, and it may be about to be told which has died.
        if facts.isSupervised && !facts.hasOther && cause == .refused { return .wait(.news) }
        return .again(isPaid: true)
    }

    /// The budget has no room for the retry that was decided on. If the attempt was ended by a
    /// death, that is about to be said, and then it needs none.
    mutating func denied(_ cause: Cause, _ facts: Facts) -> Decision {
        facts.isSupervised ? .wait(.death(cause, .budget)) : .answer(.budget)
    }

    /// How a process that had it ended: heeded before the roster forgets it.
    mutating func learnEndings(_ ending: (BackendProcess) -> Ending) { deaths.learn(ending) }

    /// Whether it may be given to another process, as far as those go that have died with it.
    var blame: Blame { Blame(known: deaths.known, possible: deaths.possible) }

    /// Of how many deaths it may be the cause.
    struct Blame: Equatable {
        /// Of those with a known ending.
        var known: Int
        /// Those included that have an ending still to be told.
        var possible: Int

        var isDeadly: Bool { known >= Attempts.mostDeaths }
        var isOpen: Bool { !isDeadly && possible >= Attempts.mostDeaths }
    }

    /// Whether it may be taken from a process that is there and does not answer.
    func isStuck(_ message: Message, retries: Int) -> Bool {
        upstream != nil && message.isIdempotent && message.isReplayable && !message.hasAnswered
            && paid < retries
    }
}

/// Why a request waits.
enum WaitReason: Equatable {
    /// None can be chosen.
    case backend
    /// All have failed it; if one of them has died that is about to be told.
    case news
    /// It may be tried again only where its last process has died.
    case death(Cause, Attempts.Detail)
    /// It may have killed two processes: how they ended is about to be told.
    case endings

    /// Whether it is but for the supervisor's word, which is about to come.
    var isShort: Bool { self != .backend }
}
