import Basics

/// What the supervisor says to a balancer over the link.
public enum LinkOrder: Equatable, Sendable {
    /// The first order: the numbers of this balancer's workers in the scoreboard.
    case workers(first: UInt32, count: UInt32)
    /// The backends that can be chosen from now on.
    case roster(RosterWord)
    /// Another balancer takes over: let the listening sockets go, finish what is there, and answer
    /// each next request of a connection with `Connection: close`.
    case drain(within: Nanoseconds)
    /// Whatever it finishes must be finished by then, on the monotonic clock: it is killed soon
    /// after. Told before it is asked to leave, and again where there is less time.
    case limit(until: Instant)
}

extension LinkOrder: Spelled {
    /// The first byte of an order's frame.
    enum Tag: UInt8, CaseIterable {
        case workers = 1
        case roster, drain, limit
    }

    public func spell(into frame: inout FrameWriter) {
        switch self {
        case .workers(let first, let count):
            frame.put(Tag.workers)
            frame.put(first)
            frame.put(count)
        case .roster(let roster):
            frame.put(Tag.roster)
            roster.spell(into: &frame)
        case .drain(let within):
            frame.put(Tag.drain)
            frame.put(within.count)
        case .limit(let until):
            frame.put(Tag.limit)
            frame.put(until.nanoseconds)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        switch try frame.tag(Tag.self, "link order") {
        case .workers: self = .workers(first: try frame.number(), count: try frame.number())
        case .roster: self = .roster(try RosterWord(from: &frame))
        case .drain:
            self = .drain(
                within: Nanoseconds(try frame.number(in: 0...Quantity.longest, "a time")))
        case .limit: self = .limit(until: Instant(nanoseconds: try frame.number()))
        }
    }
}
