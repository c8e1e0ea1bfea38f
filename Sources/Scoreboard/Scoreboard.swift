import Basics
import Kernel
import Synchronization

/// What must be exact for the whole service, or must outlive a balancer: one memory that the
/// supervisor makes and every balancer maps.
@safe
public final class Scoreboard: @unchecked Sendable {
    @usableFromInline typealias Word = Atomic<UInt64>

    public let memory: SharedMemory
    /// How many backends there are places for.
    public let backendCapacity: Int
    public let workerCapacity: Int
    @usableFromInline let words: UnsafeMutablePointer<Word>

    /// A new scoreboard.
    public init(backends: Int, workers: Int) throws(SystemError) {
        memory = try SharedMemory(
            named: "lbctl-scoreboard", size: Layout.size(backends: backends, workers: workers))
        backendCapacity = backends
        workerCapacity = workers
        unsafe words = memory.base.assumingMemoryBound(to: Word.self)
        store(UInt64(backends), at: Layout.Header.backendCapacity)
        store(UInt64(workers), at: Layout.Header.workerCapacity)
        store(Randomness.word(), at: Layout.Header.secret)
        store(Randomness.word(), at: Layout.Header.secret + 1)
        store(Layout.version, at: Layout.Header.version)
        store(Layout.magic, at: Layout.Header.magic)
    }

    /// The scoreboard that another process made; `nil` when it is of another build.
    public convenience init?(sharing descriptor: consuming Descriptor) throws(SystemError) {
        try self.init(over: try SharedMemory(sharing: descriptor))
    }

    /// One that another process made, to be looked at alone: what writes to it must not be called.
    public convenience init?(reading descriptor: consuming Descriptor) throws(SystemError) {
        try self.init(over: try SharedMemory(reading: descriptor))
    }

    private init?(over shared: SharedMemory) throws(SystemError) {
        memory = shared
        unsafe words = memory.base.assumingMemoryBound(to: Word.self)
        guard memory.size >= Layout.Header.words * Layout.word else { return nil }
        let magic = unsafe Self.load(words, Layout.Header.magic)
        let version = unsafe Self.load(words, Layout.Header.version)
        if magic != Layout.magic || version != Layout.version { return nil }
        let backends = unsafe Self.load(words, Layout.Header.backendCapacity)
        let workers = unsafe Self.load(words, Layout.Header.workerCapacity)
        // Bounded before they are multiplied: what another wrote must not stop this program.
        if backends > Layout.mostBackends || workers > Layout.mostWorkers { return nil }
        backendCapacity = Int(backends)
        workerCapacity = Int(workers)
        if memory.size != Layout.size(backends: backendCapacity, workers: workerCapacity) {
            return nil
        }
    }

    /// The next turn of the rotation: every caller in every process gets another number.
    @inlinable
    public func takeTurn() -> UInt64 {
        unsafe words[Self.rotationWord].wrappingAdd(1, ordering: .relaxed).oldValue
    }

    @usableFromInline static let rotationWord = Layout.Header.rotation

    /// The counters of the worker with this number, to be written by one thread alone.
    public func counters(ofWorker index: Int) -> WorkerCounters {
        invariant(index >= 0 && index < workerCapacity, "a worker was asked for that is not there")
        let first =
            Layout.firstWorker(backendCapacity) + index * Layout.workerStride(backendCapacity)
        return unsafe WorkerCounters(words: words + first, backends: backendCapacity, index: index)
    }

    /// The access lines of the worker with this number.
    public func batches(ofWorker index: Int) -> LineBatches {
        let counters = counters(ofWorker: index)
        let first = Layout.firstBatch(backendCapacity, workerCapacity)
        let batch = first + index * Layout.Batch.perWorker * Layout.Batch.words
        return unsafe LineBatches(
            worker: index, words: counters.words + Layout.Counters.batches,
            memory: UnsafeMutableRawPointer(words + batch))
    }

    /// The access lines of the worker that has these counters.
    public func batches(of counters: WorkerCounters) -> LineBatches {
        let first = unsafe words + Layout.firstWorker(backendCapacity)
        return unsafe batches(
            ofWorker: (counters.words - first) / Layout.workerStride(backendCapacity))
    }

    /// Zeroes the counters of a balancer that is gone, so that another may have them; the counts
    /// over all time move to `target`, which no worker writes.
    public func clearCounters(ofWorkers range: Range<Int>, movingTotalsTo target: WorkerCounters) {
        for index in range { counters(ofWorker: index).empty(into: target) }
    }

    /// The verdict on a backend that all balancers share.
    public func verdict(slot: BackendSlot) -> VerdictCell {
        invariant(slot.index < backendCapacity, "a verdict beyond the scoreboard")
        let first = Layout.Header.words + slot.index * Layout.Backend.words + Layout.Backend.verdict
        return unsafe VerdictCell(word: words + first)
    }

    /// What active checks have shown of a backend, shared by all balancers.
    public func checks(slot: BackendSlot) -> CheckCell {
        invariant(slot.index < backendCapacity, "checks beyond the scoreboard")
        let first = Layout.Header.words + slot.index * Layout.Backend.words
        return unsafe CheckCell(
            word: words + first + Layout.Backend.checks,
            done: words + first + Layout.Backend.checksDone)
    }

    /// What choosing by load goes by.
    public func load(slot: BackendSlot) -> LoadCell {
        invariant(slot.index < backendCapacity, "a backend beyond the scoreboard")
        let first = Layout.Header.words + slot.index * Layout.Backend.words
        return unsafe LoadCell(words: words + first)
    }

    /// Two words that can't be guessed from outside, the same for all balancers of the service.
    public var secret: (UInt64, UInt64) {
        unsafe (
            Self.load(words, Layout.Header.secret), Self.load(words, Layout.Header.secret + 1)
        )
    }

    /// What the table of clients and the backends that they stay on is kept in.
    public var stickyWords: SharedWords { table(Layout.Clients.sticky) }
    /// What the clients' rates are kept in.
    public var rateWords: SharedWords { table(Layout.Clients.rate) }
    /// What is kept of clients that were refused.
    public var refusedWords: SharedWords { table(Layout.Clients.refused) }

    private func table(_ offset: Int) -> SharedWords {
        let first = Layout.firstClients(backendCapacity, workerCapacity) + offset
        return unsafe SharedWords(words: words + first, count: Layout.Clients.table)
    }

    /// The banned clients.
    public var bans: Bans { Bans(self) }

    /// The addresses of those that were banned last.
    var banList: BanList {
        let first = Layout.firstClients(backendCapacity, workerCapacity) + Layout.Clients.bans
        return unsafe BanList(words: words + first)
    }

    /// A backend may be chosen again after it had been out.
    public func noteReturn(slot: BackendSlot, at now: Instant) {
        invariant(slot.index < backendCapacity, "a backend beyond the scoreboard")
        let first = Layout.Header.words + slot.index * Layout.Backend.words
        store(now.nanoseconds, at: first + Layout.Backend.returned)
        store(now.nanoseconds, at: Layout.Header.lastReturn)
    }

    /// When it last did; `nil` where it never was out.
    public func returned(slot: BackendSlot) -> Instant? {
        invariant(slot.index < backendCapacity, "a backend beyond the scoreboard")
        let first = Layout.Header.words + slot.index * Layout.Backend.words
        let word = unsafe Self.load(words, first + Layout.Backend.returned)
        return word == 0 ? nil : Instant(nanoseconds: word)
    }

    /// When some backend last did.
    public var lastReturn: Instant? {
        let word = unsafe Self.load(words, Layout.Header.lastReturn)
        return word == 0 ? nil : Instant(nanoseconds: word)
    }

    /// After a death it took so long until no balancer chose the backend any more. To be told by
    /// one process alone.
    public func noteWithdrawal(slot: BackendSlot, after span: Nanoseconds) {
        let first = backendWords(slot)
        increase(first + Layout.Backend.withdrawalSum, by: span.count)
        increase(first + Layout.Backend.firstWithdrawal + LatencyBuckets.index(span), by: 1)
    }

    /// How long that took, over all deaths.
    public func withdrawals(slot: BackendSlot) -> LatencyHistogram {
        let first = backendWords(slot)
        var histogram = LatencyHistogram()
        histogram.sum = Nanoseconds(
            unsafe Self.load(words, first + Layout.Backend.withdrawalSum))
        for index in histogram.counts.indices {
            histogram.counts[index] = unsafe Self.load(
                words, first + Layout.Backend.firstWithdrawal + index)
        }
        return histogram
    }

    private func backendWords(_ slot: BackendSlot) -> Int {
        invariant(slot.index < backendCapacity, "a backend beyond the scoreboard")
        return Layout.Header.words + slot.index * Layout.Backend.words
    }

    private func increase(_ index: Int, by amount: UInt64) {
        store(unsafe Self.load(words, index) &+ amount, at: index)
    }

    /// A worker writes its counters from now on: others look at them when they count.
    public func use(worker index: Int) {
        if index >= 64 { return }
        unsafe words[Layout.Header.workersInUse].bitwiseOr(1 << UInt64(index), ordering: .relaxed)
    }

    /// How many requests a process of a backend has in flight with all workers of all balancers.
    public func inFlight(slot: BackendSlot, generation: UInt64) -> UInt32 {
        let sum = sum { $0.inFlight(slot: slot, generation: generation) }
        return UInt32(clamping: Int64(bitPattern: sum))
    }

    /// The requests in flight after one was counted: whatever another worker counted before it
    /// looks, this one sees, or the other sees this one's.
    public func settledInFlight(slot: BackendSlot, generation: UInt64) -> UInt32 {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return inFlight(slot: slot, generation: generation)
    }

    /// The number of the worker whose request has waited longest for room at a backend, or at any;
    /// `nil` where none waits. Workers of other processes hear of room only when they look: what
    /// waits there gives way to what came to `near` workers up to `slack` later.
    public func longestWaiting(
        at slot: BackendSlot?, near: Range<Int>, slack: Nanoseconds
    ) -> Int? {
        var found: (worker: Int, since: UInt64)?
        forEachWorker { index in
            let since = counters(ofWorker: index).waitingSince(at: slot)
            if since == .max { return }
            let rank = near.contains(index) ? since : since &+ slack.count
            if found.map({ rank < $0.since }) ?? true { found = (index, rank) }
        }
        return found?.worker
    }

    /// How often a backend has answered all workers of all balancers, over all time.
    public func answers(slot: BackendSlot) -> UInt64 { sum { $0.answers(slot: slot) } }

    /// Over the workers that are in use.
    @inline(__always)
    private func sum(_ figure: (WorkerCounters) -> UInt64) -> UInt64 {
        var sum: UInt64 = 0
        forEachWorker { sum &+= figure(counters(ofWorker: $0)) }
        return sum
    }

    @inline(__always)
    private func forEachWorker(_ body: (Int) -> Void) {
        var used = unsafe Self.load(words, Layout.Header.workersInUse)
        while used != 0 {
            let index = used.trailingZeroBitCount
            used &= used &- 1
            body(index)
        }
        for index in 64..<max(64, workerCapacity) { body(index) }
    }

    /// What all workers together say of a backend.
    public func totals(slot: BackendSlot, generation: UInt64) -> BackendTotals {
        var totals = BackendTotals()
        totals.withdrawals = withdrawals(slot: slot)
        let checks = checks(slot: slot).counts
        totals.checks = BackendTotals.Checks(
            passed: UInt64(checks.passed), failed: UInt64(checks.failed))
        for index in 0..<workerCapacity {
            counters(ofWorker: index).add(slot: slot, generation: generation, to: &totals)
        }
        return totals
    }

    /// What these workers together have counted that is no backend's.
    public func totals(ofWorkers workers: some Sequence<Int>) -> WorkerTotals {
        var totals = WorkerTotals()
        for index in workers { counters(ofWorker: index).add(to: &totals) }
        return totals
    }

    @inline(__always)
    private func store(_ value: UInt64, at index: Int) {
        unsafe words[index].store(value, ordering: .releasing)
    }

    private static func load(_ words: UnsafeMutablePointer<Word>, _ index: Int) -> UInt64 {
        unsafe words[index].load(ordering: .acquiring)
    }
}

/// The balancers' opinion of one backend, for one generation: the upper bits say of which, the
/// lower eight how many failures in a row there were.
@safe
public struct VerdictCell: @unchecked Sendable {
    let word: UnsafeMutablePointer<Atomic<UInt64>>

    /// How often in a row the generation has failed; none when the cell speaks of another.
    public func failures(of generation: UInt64) -> UInt8 {
        let value = unsafe word.pointee.load(ordering: .relaxed)
        return value >> 8 == generation ? UInt8(truncatingIfNeeded: value) : 0
    }

    /// Sets the failures in a row, unless a later generation has taken the cell.
    public func setFailures(_ count: UInt8, of generation: UInt64) {
        var seen = unsafe word.pointee.load(ordering: .relaxed)
        while seen >> 8 <= generation {
            let result = unsafe word.pointee.weakCompareExchange(
                expected: seen, desired: generation << 8 | UInt64(count), ordering: .relaxed)
            if result.exchanged { return }
            seen = result.original
        }
    }

    /// Adds one failure in a row and returns how many there are now.
    public func addFailure(of generation: UInt64) -> UInt8 {
        let count = failures(of: generation)
        let more = count == .max ? count : count + 1
        setFailures(more, of: generation)
        return more
    }
}
