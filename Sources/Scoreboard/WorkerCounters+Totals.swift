import Basics

/// What is read of the counters over time, and what becomes of them when their balancer is gone.
extension WorkerCounters {
    /// Adds what this worker has counted that is no backend's.
    func add(to totals: inout WorkerTotals) {
        totals.connectionsOpen &+= load(Layout.Counters.connectionsOpen)
        totals.exchangesOpen &+= exchangesOpen
        totals.queued &+= load(Layout.Counters.queued)
        totals.connectionsAccepted &+= load(Layout.Counters.connectionsAccepted)
        totals.requests &+= load(Layout.Counters.requests)
        totals.delivered &+= load(Layout.Counters.delivered)
        totals.abandoned &+= load(Layout.Counters.abandoned)
        totals.streams &+= load(Layout.Counters.streams)
        totals.lost &+= load(Layout.Counters.lost)
        totals.uncertain &+= load(Layout.Counters.uncertain)
        totals.bytesReceived &+= load(Layout.Counters.bytesReceived)
        totals.bytesSent &+= load(Layout.Counters.bytesSent)
        totals.linesDropped &+= load(Layout.Counters.linesDropped)
        totals.limited &+= load(Layout.Counters.limited)
        totals.shutOut &+= load(Layout.Counters.shutOut)
        for index in 0..<5 {
            totals.classes[index] &+= load(Layout.Counters.firstClass + index)
        }
        for index in 0..<2 * Layout.Counters.causes {
            totals.ownAnswers[index] &+= load(Layout.Counters.firstCause + index)
        }
        totals.waited.sum = Nanoseconds(totals.waited.sum.count &+ load(Layout.Counters.waitedSum))
        for index in 0..<LatencyBuckets.count {
            totals.waited.counts[index] &+= load(Layout.Counters.firstWait + index)
        }
    }

    func add(slot: BackendSlot, generation: UInt64, to totals: inout BackendTotals) {
        let cell = cell(slot)
        if load(cell + Layout.Cell.generation) == generation {
            totals.inFlight &+= load(cell + Layout.Cell.inFlight)
        }
        totals.connectionsOpen &+= load(cell + Layout.Cell.connectionsOpen)
        totals.requests &+= load(cell + Layout.Cell.requests)
        for index in 0..<5 { totals.classes[index] &+= load(cell + Layout.Cell.firstClass + index) }
        for index in 0..<Layout.Counters.causes {
            totals.failures[index] &+= load(cell + Layout.Cell.firstFailure + index)
        }
        totals.retriedFrom &+= load(cell + Layout.Cell.retriedFrom)
        totals.retriedTo &+= load(cell + Layout.Cell.retriedTo)
        totals.retriesDenied &+= load(cell + Layout.Cell.retriesDenied)
        totals.connects &+= load(cell + Layout.Cell.connects)
        totals.connectFailures &+= load(cell + Layout.Cell.connectFailures)
        totals.notTried &+= load(cell + Layout.Cell.notTried)
        totals.unanswered &+= load(cell + Layout.Cell.unanswered)
        totals.abandoned &+= load(cell + Layout.Cell.abandoned)
        totals.streams &+= load(cell + Layout.Cell.streams)
        totals.spoilt &+= load(cell + Layout.Cell.spoilt)
        totals.lost &+= load(cell + Layout.Cell.lost)
        totals.octets.sent &+= load(cell + Layout.Cell.bytesSent)
        totals.octets.received &+= load(cell + Layout.Cell.bytesReceived)
        totals.latency.sum = Nanoseconds(
            totals.latency.sum.count &+ load(cell + Layout.Cell.durations))
        for index in 0..<LatencyBuckets.count {
            totals.latency.counts[index] &+= load(cell + Layout.Cell.firstBucket + index)
        }
    }

    /// Moves what counts over all time into other counters and zeroes the rest. What the balancer
    /// had not finished is lost with it.
    func empty(into target: WorkerCounters) {
        closeBooks()
        for index in 0..<Layout.Counters.firstCounter { store(0, at: index) }
        for index in Layout.Counters.firstCounter..<Layout.Counters.words {
            move(index, to: target)
        }
        for number in 0..<backends {
            let cell = cell(BackendSlot(UInt32(number)))
            // A cell that was never written is left alone, or its page would come to life.
            if load(cell + Layout.Cell.generation) == 0 { continue }
            closeBooks(ofCell: cell)
            for index in 0..<Layout.Cell.firstCounter { store(0, at: cell + index) }
            for index in Layout.Cell.firstCounter..<Layout.Cell.words {
                move(cell + index, to: target)
            }
        }
    }

    private func move(_ index: Int, to target: WorkerCounters) {
        let value = load(index)
        if value == 0 { return }
        target.add(value, at: index)
        store(0, at: index)
    }

    /// What is in no other count is lost. Of one whose last bytes were being sent it is not known
    /// whether they were.
    private func closeBooks() {
        add(exchangesOpen, at: Layout.Counters.lost)
        if load(Layout.Counters.beingSent) != 0 { add(1, at: Layout.Counters.uncertain) }
    }

    private func closeBooks(ofCell cell: Int) {
        var ended = load(cell + Layout.Cell.retriedFrom) &+ load(cell + Layout.Cell.abandoned)
        ended &+= load(cell + Layout.Cell.lost) &+ load(cell + Layout.Cell.unanswered)
        for index in 0..<5 { ended &+= load(cell + Layout.Cell.firstClass + index) }
        ended &+= load(cell + Layout.Cell.streams) &- load(cell + Layout.Cell.spoilt)
        let open = load(cell + Layout.Cell.requests).subtractingClamped(ended)
        add(open, at: cell + Layout.Cell.lost)
    }
}
