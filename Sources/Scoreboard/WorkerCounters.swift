import Basics
import Synchronization

/// The part of the scoreboard that one worker thread writes.
///
/// There is one writer, so a count is a plain load and store: no lock, and nothing to repair when
/// the writer is killed between any two instructions.
@safe
public struct WorkerCounters: @unchecked Sendable {
    @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let backends: Int
    /// The number of the worker in the scoreboard.
    public let index: Int

    @inlinable @inline(__always)
    func add(_ amount: UInt64, at index: Int) {
        let now = unsafe words[index].load(ordering: .relaxed)
        unsafe words[index].store(now &+ amount, ordering: .relaxed)
    }

    @inlinable @inline(__always)
    func load(_ index: Int) -> UInt64 { unsafe words[index].load(ordering: .relaxed) }

    @inlinable @inline(__always)
    func store(_ value: UInt64, at index: Int) {
        unsafe words[index].store(value, ordering: .relaxed)
    }

    @usableFromInline
    func cell(_ slot: BackendSlot) -> Int {
        invariant(slot.index < backends, "a backend beyond the scoreboard")
        return Layout.Counters.words + slot.index * Layout.Cell.words
    }

    // MARK: What the worker writes

    /// A connection was accepted, of which nothing has been read.
    public func connectionOpened() {
        add(1, at: Layout.Counters.connectionsOpen)
        add(1, at: Layout.Counters.connectionsAccepted)
        add(1, at: Layout.Counters.connectionsUnheard)
    }
    /// The first of a connection was read, or it was closed before.
    public func connectionHeard() { add(~0, at: Layout.Counters.connectionsUnheard) }
    public func connectionClosed() { add(~0, at: Layout.Counters.connectionsOpen) }
    public func exchangeOpened() { add(1, at: Layout.Counters.exchangesOpen) }
    public func exchangeClosed() { add(~0, at: Layout.Counters.exchangesOpen) }
    public func answeredByBalancer() { add(1, at: Layout.Counters.answeredByBalancer) }
    /// A request was refused because its client sends too many.
    public func limited() { add(1, at: Layout.Counters.limited) }
    /// A connection of a client that is banned was closed.
    public func shutOut() { add(1, at: Layout.Counters.shutOut) }
    /// Access lines could not be written, and are lost.
    public func linesDropped(_ count: UInt64) { add(count, at: Layout.Counters.linesDropped) }

    /// A request went to this generation of a backend.
    public func dispatched(slot: BackendSlot, generation: UInt64) {
        let cell = cell(slot)
        if load(cell + Layout.Cell.generation) != generation {
            // Emptied under no generation, so that no reader takes the old count for the new one's.
            store(0, at: cell + Layout.Cell.generation)
            store(0, at: cell + Layout.Cell.inFlight)
            store(generation, at: cell + Layout.Cell.generation)
        }
        add(1, at: cell + Layout.Cell.inFlight)
        add(1, at: cell + Layout.Cell.requests)
    }

    /// A request that went to this generation did not: others had taken the room there was.
    public func withdrawn(slot: BackendSlot, generation: UInt64) {
        released(slot: slot, generation: generation)
        add(~0, at: cell(slot) + Layout.Cell.requests)
    }

    /// So many requests wait for a backend to have room, the first of those that any will do for
    /// since then.
    public func waiting(_ count: Int, since: Instant?) {
        store(UInt64(count), at: Layout.Counters.waiting)
        store(since.map { max(1, $0.nanoseconds) } ?? 0, at: Layout.Counters.waitingSince)
    }

    /// Requests wait for this backend and no other to have room, the first of them since then;
    /// `nil` where none does.
    public func waiting(at slot: BackendSlot, since: Instant?) {
        store(since.map { max(1, $0.nanoseconds) } ?? 0, at: cell(slot) + Layout.Cell.waitingSince)
    }

    /// A request that went to this generation is over, whatever came of it.
    public func released(slot: BackendSlot, generation: UInt64) {
        let cell = cell(slot)
        if load(cell + Layout.Cell.generation) == generation {
            add(~0, at: cell + Layout.Cell.inFlight)
        }
    }

    /// How many requests this generation of a backend has in flight with this worker.
    public func inFlight(slot: BackendSlot, generation: UInt64) -> UInt64 {
        let cell = cell(slot)
        return load(cell + Layout.Cell.generation) == generation
            ? load(cell + Layout.Cell.inFlight) : 0
    }

    /// How often the backend has answered this worker, over all time.
    func answers(slot: BackendSlot) -> UInt64 {
        let first = cell(slot) + Layout.Cell.firstClass
        return (0..<5).reduce(0) { $0 &+ load(first + $1) }
    }

    /// The backend answered, with this status and after this time.
    public func answered(slot: BackendSlot, status: UInt16, after span: Nanoseconds) {
        let cell = cell(slot)
        let statusClass = min(max(Int(status) / 100, 1), 5) - 1
        add(1, at: cell + Layout.Cell.firstClass + statusClass)
        add(1, at: cell + Layout.Cell.firstBucket + LatencyBuckets.index(span))
    }

    /// A connection to the backend was made, after this time.
    public func observed(slot: BackendSlot, after span: Nanoseconds) {
        add(1, at: cell(slot) + Layout.Cell.firstBucket + LatencyBuckets.index(span))
    }

    /// A request failed and is not tried again.
    public func failed(slot: BackendSlot) { add(1, at: cell(slot) + Layout.Cell.failed) }
    public func retried(from slot: BackendSlot) { add(1, at: cell(slot) + Layout.Cell.retriedFrom) }
    public func retried(to slot: BackendSlot) { add(1, at: cell(slot) + Layout.Cell.retriedTo) }
    public func connected(slot: BackendSlot) { add(1, at: cell(slot) + Layout.Cell.connects) }
    /// A request would have been tried again, but the retry budget was spent.
    public func retryDenied(from slot: BackendSlot) {
        add(1, at: cell(slot) + Layout.Cell.retriesDenied)
    }
    public func connectFailed(slot: BackendSlot) {
        add(1, at: cell(slot) + Layout.Cell.connectFailures)
    }

    // MARK: What others read

    /// How many requests wait for a backend to have room.
    public var waitingRequests: UInt64 { load(Layout.Counters.waiting) }
    /// Since when the first waits that room at this backend would do for, or at any where none is
    /// given; `.max` where none does.
    func waitingSince(at slot: BackendSlot?) -> UInt64 {
        let any = load(Layout.Counters.waitingSince)
        let own = slot.map { load(cell($0) + Layout.Cell.waitingSince) } ?? 0
        return min(any == 0 ? .max : any, own == 0 ? .max : own)
    }

    /// Client connections that are open.
    public var connectionsOpen: UInt64 { load(Layout.Counters.connectionsOpen) }
    /// Those of them that were accepted and of which nothing has been read.
    public var connectionsUnheard: UInt64 { load(Layout.Counters.connectionsUnheard) }
    /// Client connections that were accepted, over all time.
    public var connectionsAccepted: UInt64 { load(Layout.Counters.connectionsAccepted) }
    /// Requests that have begun and are not answered.
    public var exchangesOpen: UInt64 { load(Layout.Counters.exchangesOpen) }
    /// Responses of the balancer's own.
    public var ownAnswers: UInt64 { load(Layout.Counters.answeredByBalancer) }
    /// Requests that were too many of their client.
    public var limitedRequests: UInt64 { load(Layout.Counters.limited) }
    /// Connections of clients that were banned.
    public var shutOutConnections: UInt64 { load(Layout.Counters.shutOut) }
    /// Access lines that did not fit.
    public var droppedLines: UInt64 { load(Layout.Counters.linesDropped) }

    func add(slot: BackendSlot, generation: UInt64, to totals: inout BackendTotals) {
        let cell = cell(slot)
        if load(cell + Layout.Cell.generation) == generation {
            totals.inFlight &+= load(cell + Layout.Cell.inFlight)
        }
        totals.requests &+= load(cell + Layout.Cell.requests)
        for index in 0..<5 { totals.classes[index] &+= load(cell + Layout.Cell.firstClass + index) }
        totals.failed &+= load(cell + Layout.Cell.failed)
        totals.retriedFrom &+= load(cell + Layout.Cell.retriedFrom)
        totals.retriedTo &+= load(cell + Layout.Cell.retriedTo)
        totals.connects &+= load(cell + Layout.Cell.connects)
        totals.connectFailures &+= load(cell + Layout.Cell.connectFailures)
        totals.retriesDenied &+= load(cell + Layout.Cell.retriesDenied)
        for index in 0..<LatencyBuckets.count {
            totals.latency.counts[index] &+= load(cell + Layout.Cell.firstBucket + index)
        }
    }

    /// Moves what counts over all time into other counters and zeroes the rest.
    func empty(into target: WorkerCounters) {
        store(0, at: Layout.Counters.connectionsOpen)
        store(0, at: Layout.Counters.exchangesOpen)
        store(0, at: Layout.Counters.connectionsUnheard)
        waiting(0, since: nil)
        for batch in 0..<Layout.Batch.perWorker { store(0, at: Layout.Counters.batches + batch) }
        for index in Layout.Counters.connectionsAccepted...Layout.Counters.last
        where index != Layout.Counters.exchangesOpen {
            target.add(load(index), at: index)
            store(0, at: index)
        }
        for number in 0..<backends {
            let cell = cell(BackendSlot(UInt32(number)))
            // A cell that was never written is left alone, or its page would come to life.
            if load(cell + Layout.Cell.generation) == 0 { continue }
            store(0, at: cell + Layout.Cell.generation)
            store(0, at: cell + Layout.Cell.inFlight)
            store(0, at: cell + Layout.Cell.waitingSince)
            for index in (cell + Layout.Cell.requests)..<(cell + Layout.Cell.words) {
                let value = load(index)
                if value == 0 { continue }
                target.add(value, at: index)
                store(0, at: index)
            }
        }
    }
}
