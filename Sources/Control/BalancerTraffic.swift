/// What a balancer has counted that is no backend's.
public struct BalancerTraffic: Equatable, Sendable {
    /// Client connections that were accepted.
    public var connections: UInt64 = 0
    /// Answers of its own: refusals, and requests that no backend could answer.
    public var ownAnswers: UInt64 = 0
    /// Requests that were too many of their client.
    public var limited: UInt64 = 0
    /// Connections of clients that were banned.
    public var shutOut: UInt64 = 0
    /// Requests that wait at present for a backend to have room.
    public var waiting: UInt64 = 0
    /// Access lines that did not fit, and are in no log.
    public var linesDropped: UInt64 = 0

    public init() {}
}

extension BalancerTraffic: Spelled {
    public func spell(into frame: inout FrameWriter) {
        for number in [connections, ownAnswers, limited, shutOut, waiting, linesDropped] {
            frame.put(number)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        connections = try frame.number()
        ownAnswers = try frame.number()
        limited = try frame.number()
        shutOut = try frame.number()
        waiting = try frame.number()
        linesDropped = try frame.number()
    }
}
