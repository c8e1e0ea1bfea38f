import Basics

/// A client that a balancer has just shut out.
public struct BanNotice: Equatable, Sendable {
    /// Its address or network, as people write it.
    public var client: String
    /// On the monotonic clock.
    public var until: Instant
    /// From the ban to its end.
    public var lasting: Nanoseconds
    /// How many of its requests had been refused,
    public var refusals: UInt64
    /// within how long.
    public var within: Nanoseconds

    public init(
        client: String, until: Instant, lasting: Nanoseconds, refusals: UInt64, within: Nanoseconds
    ) {
        self.client = client
        self.until = until
        self.lasting = lasting
        self.refusals = refusals
        self.within = within
    }

    /// What a balancer says of it that runs alone.
    public var sentence: String {
        "\(client) is banned for \(Figures.text(lasting)): refused \(refusals) times within "
            + "\(within.count / 1_000_000_000) s"
    }
}

extension BanNotice: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(client)
        frame.put(until.nanoseconds)
        frame.put(lasting.count)
        frame.put(refusals)
        frame.put(within.count)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        client = try frame.text(in: RequestBounds.name, "a client")
        until = Instant(nanoseconds: try frame.number())
        lasting = Nanoseconds(try frame.number())
        refusals = try frame.number()
        within = Nanoseconds(try frame.number())
    }
}
