import Basics
import Choosing
import Control
import Kernel
import Synchronization

/// The backends at one moment, ready to be chosen from. Never changed: replaced whole.
final class Roster: Sendable {
    struct Member: Sendable {
        let slot: BackendSlot
        let generation: UInt64
        let name: InlineText
        let address: BackendAddress
        let fact: MemberFact
        let weight: UInt32
        let pid: Int32
        let ended: BackendEnding?
        let returns: Instant

        var process: BackendProcess { BackendProcess(slot: slot, generation: generation) }
    }

    let version: UInt64
    let members: [Member]
    /// By what they are chosen.
    let algorithm: BalancerOptions.Algorithm
    /// The order of turns, as indexes of members; those that are not ready take no turns.
    let rotation: [Int]
    /// The indexes of those that may be chosen at all.
    let ready: [Int]
    /// The ready members, to be drawn from by weight.
    let draws: TwoChoices
    /// The places of all that are configured, ready or not, where keys are hashed to them.
    let ring: ConsistentHash?
    /// What a cookie says of each member, where clients stay where they are by one.
    let cookies: StickyCookie?
    /// From when on some backend that does not serve now may be expected to; `never` where none is.
    let returns: Instant
    /// The member of each scoreboard slot, -1 for none.
    private let memberBySlot: [Int32]

    /// What is made for a roster beside what is always there.
    struct Needs {
        /// By what is chosen where the supervisor says nothing of it.
        var algorithm = BalancerOptions.Algorithm.roundRobin
        /// What cookies are signed with, where there are any.
        var cookieSecret: (UInt64, UInt64)?
    }

    /// `last` is the roster before, whose ring serves on where the members are the same; building
    /// one takes milliseconds.
    init(version: UInt64, members: [Member], needs: Needs = Needs(), after last: Roster? = nil) {
        self.version = version
        self.members = members
        algorithm = needs.algorithm
        let ready = members.indices.filter { members[$0].fact == .ready }
        rotation = Rotation(weights: ready.map { members[$0].weight }).sequence.map { ready[$0] }
        self.ready = ready.filter { members[$0].weight > 0 }
        draws = TwoChoices(weights: self.ready.map { members[$0].weight })
        ring = algorithm.hashesKeys ? Self.ring(members, after: last) : nil
        cookies = needs.cookieSecret.map { secret in
            let names = members.map { member in
                let name = member.name
                return Array(Worker.string(name).utf8)
            }
            return StickyCookie(names: names, secret: secret)
        }
        returns = members.map(\.returns).min() ?? .never
        let top = members.map { $0.slot.index }.max() ?? -1
        var bySlot = [Int32](repeating: -1, count: top + 1)
        for (index, member) in members.enumerated() { bySlot[member.slot.index] = Int32(index) }
        memberBySlot = bySlot
    }

    private static func ring(_ members: [Member], after last: Roster?) -> ConsistentHash {
        let wanted = members.map { member in
            let name = member.name
            return ConsistentHash.Member(id: KeyHash.hash(name.bytes), weight: member.weight)
        }
        if let ring = last?.ring, ring.members == wanted { return ring }
        return ConsistentHash(wanted)
    }

    /// What the supervisor said; members whose address can't be read are left out.
    convenience init(_ word: RosterWord, needs: Needs = Needs(), after last: Roster? = nil) {
        var members: [Member] = []
        for said in word.members {
            // What accepted last is remembered from one roster to the next.
            let known = last?.index(ofSlot: said.slot).map { last?.members[$0].address } ?? nil
            let same = known?.text == said.address ? known : nil
            guard let address = same ?? BackendAddress(said.address) else { continue }
            members.append(
                Member(
                    slot: said.slot, generation: said.generation,
                    name: InlineText(said.name.utf8.span), address: address, fact: said.fact,
                    weight: said.weight, pid: said.pid, ended: said.ended,
                    returns: said.returns))
        }
        var needs = needs
        needs.algorithm = word.algorithm ?? needs.algorithm
        self.init(version: word.version, members: members, needs: needs, after: last)
    }

    /// The index of the member in a scoreboard slot.
    func index(ofSlot slot: BackendSlot) -> Int? {
        guard slot.index < memberBySlot.count, memberBySlot[slot.index] >= 0 else { return nil }
        return Int(memberBySlot[slot.index])
    }

    /// How a process of a backend ended; `nil` while that is not known.
    func ending(slot: BackendSlot, generation: UInt64) -> BackendEnding? {
        guard let index = index(ofSlot: slot), let ended = members[index].ended else { return nil }
        return ended.generation == generation ? ended : nil
    }

    /// Whether a process of a backend may still have connections.
    func isCurrent(slot: BackendSlot, generation: UInt64) -> Bool {
        guard let index = index(ofSlot: slot) else { return false }
        return members[index].generation == generation && members[index].fact != .gone
    }
}

/// Where the roster is put up for the workers, and where they say which they go by.
final class RosterBoard: Sendable {
    /// The version that is put up; workers look at it before each choice.
    let version: Atomic<UInt64>
    private let current: Mutex<Roster>
    private let adopted: Mutex<[UInt64]>
    /// What the log is to say.
    private let sentences = Mutex<[String]>([])
    private let accounts = Mutex(AccountSums())
    private let bans = Mutex(BanNews())
    /// Whether the workers have let the listening sockets go, and the supervisor has been told.
    private let accepting = Atomic<UInt8>(0)
    /// Wakes the thread that tells the supervisor.
    private let adoptionWaker: Waker

    init(_ roster: Roster, workers: Int) throws(SystemError) {
        version = Atomic(roster.version)
        current = Mutex(roster)
        adopted = Mutex(.init(repeating: 0, count: workers))
        adoptionWaker = try Waker()
    }

    var roster: Roster { current.withLock { $0 } }
    var adoptionReference: DescriptorReference { adoptionWaker.reference }

    /// Puts up a later roster; an earlier one is ignored.
    func put(up roster: Roster) {
        let isLater = current.withLock { current in
            if roster.version <= current.version { return false }
            current = roster
            return true
        }
        if isLater { version.store(roster.version, ordering: .releasing) }
    }

    /// A worker goes by this version from now on.
    func adopted(_ version: UInt64, by worker: Int) {
        adopted.withLock { $0[worker] = version }
        adoptionWaker.wake()
    }

    /// A worker's part of an account.
    func report(_ report: FailoverReport, by worker: Int) {
        accounts.withLock { $0.add(report, by: worker) }
        adoptionWaker.wake()
    }

    /// Has the control thread say something in the log.
    func announce(_ sentence: String) {
        sentences.withLock { $0.append(sentence) }
        adoptionWaker.wake()
    }

    /// A worker has shut out a client.
    func banned(_ notice: BanNotice, now: Instant) {
        if bans.withLock({ $0.add(notice, now: now) }) { adoptionWaker.wake() }
    }

    /// When `takeBans` has something though nothing happens; `nil` where it has not.
    var nextBans: Instant? { bans.withLock { $0.nextLook } }

    /// What is to be told of the clients that were shut out.
    func takeBans(now: Instant) -> BanNews.Told { bans.withLock { $0.take(now: now) } }

    /// The last worker has let the listening sockets go.
    func stoppedAccepting() {
        accepting.store(1, ordering: .releasing)
        adoptionWaker.wake()
    }

    /// Whether that is so and has not been told; it is told then.
    func takeEndOfAccepting() -> Bool {
        accepting.compareExchange(expected: 1, desired: 2, ordering: .acquiringAndReleasing)
            .exchanged
    }

    /// What is to be said.
    func takeSentences() -> [String] {
        sentences.withLock { sentences in
            let taken = sentences
            sentences = []
            return taken
        }
    }

    /// The accounts to which every worker has given its part that has not finished.
    func takeAccounts() -> [FailoverReport] {
        let working = adopted.withLock { adopted in
            adopted.indices.filter { adopted[$0] != .max }
        }
        return accounts.withLock { $0.takeWhole(working: working) }
    }

    /// The version that no worker is behind.
    func adoptedByAll() -> UInt64 {
        adoptionWaker.clear()
        return adopted.withLock { $0.min() ?? 0 }
    }
}
