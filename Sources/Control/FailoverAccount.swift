import Basics

/// What became of the requests that a dead backend had.
public struct FailoverAccount: Equatable, Sendable {
    public var slot: BackendSlot
    public var generation: UInt64
    /// How many requests it had in flight.
    public var inFlight: UInt32
    /// How many of those were sent to another backend.
    public var retried: UInt32
    /// How many were answered with an error or cut off, because they may have been received.
    public var failed: UInt32

    public init(
        slot: BackendSlot, generation: UInt64, inFlight: UInt32, retried: UInt32, failed: UInt32
    ) {
        self.slot = slot
        self.generation = generation
        self.inFlight = inFlight
        self.retried = retried
        self.failed = failed
    }

    /// Adds what another thread or balancer counted of the same process.
    public mutating func add(_ other: FailoverAccount) {
        inFlight &+= other.inFlight
        retried &+= other.retried
        failed &+= other.failed
    }

    /// Of the failed ones in what has turned out since, how many had been told of as `retried`: all
    /// but those that make up `inFlight`.
    public var failedElsewhere: UInt32 {
        let sum = UInt64(retried) + UInt64(failed)
        return UInt32(clamping: sum - min(sum, UInt64(inFlight)))
    }

    /// Makes good what has turned out since.
    public mutating func correct(by since: FailoverAccount) {
        add(since)
        retried -= min(retried, since.failedElsewhere)
    }
}

extension FailoverAccount: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(slot.number)
        frame.put(generation)
        frame.put(inFlight)
        frame.put(retried)
        frame.put(failed)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        self.init(
            slot: BackendSlot(try frame.number()), generation: try frame.number(),
            inFlight: try frame.number(), retried: try frame.number(), failed: try frame.number())
    }
}
