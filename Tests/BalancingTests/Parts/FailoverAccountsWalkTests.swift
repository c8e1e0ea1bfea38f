import Basics
import Control
import Testing

@testable import Balancing

/// Walks at random through what can happen to requests and processes: whatever the order, the
/// accounts add up to what clients saw.
@Suite struct FailoverAccountsWalkTests {
    private struct Request {
        let key: Slab<AccountedRequest>.Key
        var claim: FailoverClaim?
        /// The process that has it; nothing while it waits.
        var holder: BackendProcess?
        /// Whether a process let it down by its death.
        var wasLetDown = false
    }

    private struct Process {
        var generation: UInt64 = 1
        var hasDied = false
        var isGone = false
    }

    /// What was reported of a process: first and rest.
    private struct Told {
        var reports = 0
        var account = FailoverAccount(slot: 0, generation: 0, inFlight: 0, retried: 0, failed: 0)
    }

    private final class World {
        var random: Randomness
        let now = Instant(nanoseconds: 1_000_000_000)
        var accounts = FailoverAccounts<AccountedRequest>(
            backends: 3, window: .milliseconds(100), patience: Nanoseconds(0))
        var slab = Slab<AccountedRequest>(capacity: 5)
        var requests: [Request] = []
        var processes = [Process](repeating: Process(), count: 3)
        var told: [[UInt64]: Told] = [:]
        var gone = 0
        /// Failures that clients saw of requests which a death had let down.
        var failures: UInt32 = 0

        init(_ seed: UInt64) { random = Randomness(state: seed) }

        func process(_ slot: Int) -> BackendProcess {
            BackendProcess(slot: BackendSlot(UInt32(slot)), generation: processes[slot].generation)
        }

        func step() {
            let slot = random.below(3)
            switch random.below(8) {
            case 0: come()
            case 1: processes[slot].hasDied = true
            case 2: leave(slot)
            case 3: if processes[slot].isGone { restart(slot) }
            case 4: settle()
            default: if !requests.isEmpty { move(random.below(requests.count)) }
            }
        }

        func come() {
            if slab.isFull { return }
            requests.append(Request(key: slab.insert(AccountedRequest())))
        }

        func leave(_ slot: Int) {
            if !processes[slot].hasDied || processes[slot].isGone { return }
            processes[slot].isGone = true
            gone += 1
            accounts.left(process(slot), now: now, in: slab)
        }

        func restart(_ slot: Int) {
            processes[slot] = Process(generation: processes[slot].generation + 1)
        }

        /// Whether a process has died, and whether that was said.
        func fate(of process: BackendProcess) -> (hasDied: Bool, isGone: Bool) {
            let present = processes[process.slot.index]
            let isPast = present.generation != process.generation
            return (isPast || present.hasDied, isPast || present.isGone)
        }

        /// Something happens to a request.
        func move(_ index: Int) {
            guard let holder = requests[index].holder else {
                let slot = random.below(3)
                if random.below(4) == 0 {
                    giveUp(index)
                } else if !processes[slot].isGone {
                    hold(index, process(slot))
                }
                return
            }
            switch random.below(4) {
            case 0: end(index)
            case 1: lose(index, holder, [.timedOut, .malformed][random.below(2)])
            default:
                if !fate(of: holder).hasDied { return }
                lose(
                    index, holder, [.brokenSent, .brokenUnsent, .notConnected][random.below(3)])
            }
        }

        func lose(
            _ index: Int, _ holder: BackendProcess, _ failure: AttemptFailure
        ) {
            // That it has died may be known or not, but for one that was not to be reached.
            let died = fate(of: holder)
            let isKnown =
                died.hasDied
                && (died.isGone || failure == .notConnected || random.below(2) == 0)
            let next = random.below(3) == 0 ? RequestFate.isOver : .goesOn
            hold(index, nil)
            let request = requests[index]
            requests[index].claim = accounts.lost(
                request.key, request.claim, by: holder, failure, hasDied: isKnown, next,
                now: now, in: slab)
            switch failure {
            case .brokenSent, .brokenUnsent, .notConnected: requests[index].wasLetDown = true
            case .timedOut, .malformed: break
            }
            if next == .isOver { fail(index) }
        }

        func hold(_ index: Int, _ process: BackendProcess?) {
            requests[index].holder = process
            slab[requests[index].key.slot].holder = process
        }

        func giveUp(_ index: Int) {
            if let claim = requests[index].claim { accounts.failed(claim) }
            fail(index)
        }

        func fail(_ index: Int) {
            if requests[index].wasLetDown { failures += 1 }
            end(index)
        }

        func end(_ index: Int) {
            slab.discard(requests[index].key.slot)
            requests.remove(at: index)
        }

        func settle() {
            for report in accounts.settle(now: now, in: slab) { take(report) }
        }

        func take(_ report: FailoverReport) {
            switch report {
            case .first(let account):
                let key = [UInt64(account.slot.number), account.generation]
                #expect(told[key] == nil, "two first accounts of one process")
                #expect(account.inFlight == account.retried + account.failed)
                told[key] = Told(reports: 1, account: account)
            case .rest(let account):
                let key = [UInt64(account.slot.number), account.generation]
                #expect(told[key]?.reports == 1, "a rest without a first, or a second one")
                #expect(account.failedElsewhere <= told[key]?.account.retried ?? 0)
                told[key]?.account.correct(by: account)
                told[key]?.reports = 2
            }
        }

        /// Everything comes to its end.
        func finish() {
            while !requests.isEmpty { move(random.below(requests.count)) }
            for slot in 0..<3 { leave(slot) }
            settle()
        }
    }

    /// A generator that repeats itself (splitmix64).
    private struct Randomness {
        var state: UInt64

        mutating func below(_ count: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            return Int((word ^ word >> 31) % UInt64(count))
        }
    }

    @Test(arguments: 0..<8)
    func `whatever happens, each failure of what a death let down is in one account`(
        _ part: UInt64
    ) {
        for walk in 0..<400 {
            let world = World(part << 32 | UInt64(walk))
            for _ in 0..<60 { world.step() }
            world.finish()
            #expect(world.accounts.isEmpty)
            #expect(world.told.count == world.gone)
            let accounts = world.told.values.map(\.account)
            #expect(world.told.values.allSatisfy { $0.reports == 2 })
            #expect(accounts.allSatisfy { $0.inFlight == $0.retried + $0.failed })
            let failed = accounts.reduce(0) { $0 + $1.failed }
            #expect(failed == world.failures, "walk \(walk) of part \(part)")
        }
    }
}
