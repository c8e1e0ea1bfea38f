import Basics

/// What the supervisor says to a balancer over the link.
public enum LinkOrder: Equatable, Sendable {
    /// The first word: the numbers of this balancer's workers in the scoreboard.
    case workers(first: UInt32, count: UInt32)
    /// Here is who can be chosen from now on.
    case roster(RosterWord)
    /// Another balancer takes over: let the listening sockets go, finish what is there, and answer
    /// each next request of a connection with `Connection: close`.
    case drain(within: Nanoseconds)
    /// Whatever it finishes must be finished by then, on the monotonic clock: it is killed soon
    /// after. Told before it is asked to leave, and again where there is less time.
    case limit(until: Instant)
}

/// What a balancer says to the supervisor over the link.
public enum LinkReport: Equatable, Sendable {
    /// From now on no worker chooses by a roster older than this version.
    case adopted(version: UInt64)
    /// The balancer's own opinion of a backend has changed; meant for that generation alone.
    case verdict(slot: BackendSlot, generation: UInt64, isUp: Bool, reason: String)
    /// What became of the requests that were with a backend when it died.
    case failedOver(FailoverAccount)
    /// What has turned out since that was said, to be added to it: of those that had been sent to
    /// another backend some have failed there, and others were still in flight.
    case failedOverSince(FailoverAccount)
    /// It has taken in who waited at the listening sockets and let them go: it accepts nobody from
    /// now on.
    case stoppedAccepting
}

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

extension LinkOrder: Spelled {
    public func spell(into frame: inout FrameWriter) {
        switch self {
        case .workers(let first, let count):
            frame.put(1 as UInt8)
            frame.put(first)
            frame.put(count)
        case .roster(let roster):
            frame.put(2 as UInt8)
            roster.spell(into: &frame)
        case .drain(let within):
            frame.put(3 as UInt8)
            frame.put(within.count)
        case .limit(let until):
            frame.put(4 as UInt8)
            frame.put(until.nanoseconds)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        switch try frame.byte() {
        case 1: self = .workers(first: try frame.number(), count: try frame.number())
        case 2: self = .roster(try RosterWord(from: &frame))
        case 3:
            self = .drain(
                within: Nanoseconds(try frame.number(in: 0...Quantity.longest, "a time")))
        case 4: self = .limit(until: Instant(nanoseconds: try frame.number()))
        default: throw Misspelling("an unknown order on the link")
        }
    }
}

extension LinkReport: Spelled {
    public func spell(into frame: inout FrameWriter) {
        switch self {
        case .adopted(let version):
            frame.put(1 as UInt8)
            frame.put(version)
        case .verdict(let slot, let generation, let isUp, let reason):
            frame.put(2 as UInt8)
            frame.put(slot.number)
            frame.put(generation)
            frame.put(isUp)
            frame.put(reason)
        case .failedOver(let account):
            frame.put(3 as UInt8)
            account.spell(into: &frame)
        case .stoppedAccepting: frame.put(4 as UInt8)
        case .failedOverSince(let account):
            frame.put(5 as UInt8)
            account.spell(into: &frame)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        switch try frame.byte() {
        case 1: self = .adopted(version: try frame.number())
        case 2:
            self = .verdict(
                slot: BackendSlot(try frame.number()), generation: try frame.number(),
                isUp: try frame.flag(),
                reason: try frame.text(in: RequestBounds.words, "a reason"))
        case 3: self = .failedOver(try FailoverAccount(from: &frame))
        case 4: self = .stoppedAccepting
        case 5: self = .failedOverSince(try FailoverAccount(from: &frame))
        default: throw Misspelling("an unknown report on the link")
        }
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
