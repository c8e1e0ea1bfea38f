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
    public func exchangeOpened() { add(1, at: Layout.Counters.requests) }
    /// A request is over without a whole response.
    public func exchangeAbandoned() { add(1, at: Layout.Counters.abandoned) }
    /// A backend was chosen for a request, for the first time.
    public func delivered() { add(1, at: Layout.Counters.delivered) }
    /// The last bytes of a response are about to be sent. Of a killed balancer it is then not
    /// known whether they were.
    public func sending(status: UInt16) {
        store(UInt64(status), at: Layout.Counters.beingSent)
    }
    /// They were sent, or not all of them.
    @inline(__always)
    public func sent(status: UInt16, isWhole: Bool) {
        if isWhole { add(1, at: Layout.Counters.firstClass + Self.statusClass(status)) }
        store(0, at: Layout.Counters.beingSent)
    }
    /// A connection of which nothing is known has been passed on both ways.
    public func streamed() { add(1, at: Layout.Counters.streams) }
    public func received(_ bytes: Int) { add(UInt64(bytes), at: Layout.Counters.bytesReceived) }
    public func sent(_ bytes: Int) { add(UInt64(bytes), at: Layout.Counters.bytesSent) }
    /// The balancer answers a request itself, for a reason that has this number.
    public func answeredByBalancer(_ cause: UInt8, isUnusual: Bool) {
        invariant(cause < Layout.Counters.causes, "a cause beyond the scoreboard")
        add(1, at: Layout.Counters.firstCause + 2 * Int(cause) + (isUnusual ? 1 : 0))
    }
    /// So many requests wait, for whatever.
    public func queued(_ count: Int) { store(UInt64(count), at: Layout.Counters.queued) }
    /// A request has waited for so long for a backend, and waits no more.
    public func waited(_ span: Nanoseconds) {
        add(span.count, at: Layout.Counters.waitedSum)
        add(1, at: Layout.Counters.firstWait + LatencyBuckets.index(span))
    }
    /// A request was refused because its client sends too many.
    public func limited() { add(1, at: Layout.Counters.limited) }
    /// A connection of a client that is banned was closed.
    public func shutOut() { add(1, at: Layout.Counters.shutOut) }
    /// Access lines could not be written, and are lost.
    public func linesDropped(_ count: UInt64) { add(count, at: Layout.Counters.linesDropped) }

    @usableFromInline
    static func statusClass(_ status: UInt16) -> Int { min(max(Int(status) / 100, 1), 5) - 1 }

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
        add(1, at: cell + Layout.Cell.firstClass + Self.statusClass(status))
        observed(in: cell, span)
    }

    /// A connection to the backend was made, after this time.
    public func observed(slot: BackendSlot, after span: Nanoseconds) {
        observed(in: cell(slot), span)
    }

    private func observed(in cell: Int, _ span: Nanoseconds) {
        add(span.count, at: cell + Layout.Cell.durations)
        add(1, at: cell + Layout.Cell.firstBucket + LatencyBuckets.index(span))
    }

    /// The backend failed a request that no other answers, for a reason that has this number.
    /// `isCounted`: it had answered, or the request was counted as one that goes to another.
    public func failed(slot: BackendSlot, cause: UInt8, isCounted: Bool) {
        invariant(cause < Layout.Counters.causes, "a cause beyond the scoreboard")
        add(1, at: cell(slot) + Layout.Cell.firstFailure + Int(cause))
        if !isCounted { add(1, at: cell(slot) + Layout.Cell.unanswered) }
    }
    public func retried(from slot: BackendSlot) { add(1, at: cell(slot) + Layout.Cell.retriedFrom) }
    public func retried(to slot: BackendSlot) { add(1, at: cell(slot) + Layout.Cell.retriedTo) }
    public func retryDenied(from slot: BackendSlot) {
        add(1, at: cell(slot) + Layout.Cell.retriesDenied)
    }
    /// What the backend had begun to answer was of no use, and the client has none of it.
    public func spoilt(slot: BackendSlot) { add(1, at: cell(slot) + Layout.Cell.spoilt) }
    /// A stream was passed on to its end.
    public func streamed(slot: BackendSlot) { add(1, at: cell(slot) + Layout.Cell.streams) }
    /// A request ended, unanswered by the backend that had it, and not because of that.
    public func abandoned(slot: BackendSlot) { add(1, at: cell(slot) + Layout.Cell.abandoned) }

    /// A connection to the backend is tried.
    public func connected(slot: BackendSlot) { add(1, at: cell(slot) + Layout.Cell.connects) }
    public func connectFailed(slot: BackendSlot) {
        add(1, at: cell(slot) + Layout.Cell.connectFailures)
    }
    /// A request that was to go to the backend needed no connection any more.
    public func notTried(slot: BackendSlot) { add(1, at: cell(slot) + Layout.Cell.notTried) }
    public func upstreamOpened(slot: BackendSlot) {
        add(1, at: cell(slot) + Layout.Cell.connectionsOpen)
    }
    public func upstreamClosed(slot: BackendSlot) {
        add(~0, at: cell(slot) + Layout.Cell.connectionsOpen)
    }
    public func sent(_ bytes: Int, to slot: BackendSlot) {
        add(UInt64(bytes), at: cell(slot) + Layout.Cell.bytesSent)
    }
    public func received(_ bytes: Int, from slot: BackendSlot) {
        add(UInt64(bytes), at: cell(slot) + Layout.Cell.bytesReceived)
    }

    // MARK: What others read

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
    /// Access lines that did not fit.
    public var droppedLines: UInt64 { load(Layout.Counters.linesDropped) }
    /// Requests that have begun and are not answered: those that have not ended in any way.
    public var exchangesOpen: UInt64 {
        load(Layout.Counters.requests).subtractingClamped(exchangesEnded)
    }

    var exchangesEnded: UInt64 {
        var ended = load(Layout.Counters.abandoned) &+ load(Layout.Counters.lost)
        ended &+= load(Layout.Counters.streams)
        for index in 0..<5 { ended &+= load(Layout.Counters.firstClass + index) }
        return ended
    }
}
