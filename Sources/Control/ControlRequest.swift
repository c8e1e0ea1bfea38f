import Basics

/// What lbctl asks of a running supervisor.
public enum ControlRequest: Equatable, Sendable {
    /// A row for each child.
    case status
    /// What `status` tells, and where in the scoreboard each backend is counted.
    case board
    /// Signal these; `restarts` false leaves them stopped afterwards.
    case kill(targets: [String], signal: Int32, restarts: Bool)
    /// Stop everything, killing what still runs after the time; without one each child has its own
    /// (`--stop-timeout`). The log tells why.
    case down(within: Nanoseconds?, why: String)
    /// Answer once every child is ready, or one of them cannot be.
    case awaitReady
    /// From now on send every record as it is made.
    case follow
    /// Stop, start and so on; answered by a report for each target, then by `done` or a refusal.
    case carryOut(ServiceOrder)
    /// Have so many backends; answered like an order.
    case scale(to: UInt32)
    /// Read the Procfile again and apply what has changed in it; answered like an order.
    case reload
    /// The clients that are banned.
    case bans
    /// Let these in again: addresses, or `all`.
    case lift([String])
    /// Answer once all that was said so far is in the history.
    case gatherLog
}

extension ControlRequest: Spelled {
    /// The first byte of a request's frame.
    enum Tag: UInt8, CaseIterable {
        case status = 1
        case kill, down, awaitReady, follow, carryOut, scale, reload, bans, lift, gatherLog
        case board
    }

    public func spell(into frame: inout FrameWriter) {
        switch self {
        case .status: frame.put(Tag.status)
        case .board: frame.put(Tag.board)
        case .kill(let targets, let signal, let restarts):
            frame.put(Tag.kill)
            frame.put(targets)
            frame.put(signal)
            frame.put(restarts)
        case .down(let within, let why):
            frame.put(Tag.down)
            frame.put(within != nil)
            frame.put(within?.count ?? 0)
            frame.put(why)
        case .awaitReady: frame.put(Tag.awaitReady)
        case .follow: frame.put(Tag.follow)
        case .carryOut(let order):
            frame.put(Tag.carryOut)
            order.spell(into: &frame)
        case .scale(let count):
            frame.put(Tag.scale)
            frame.put(count)
        case .reload: frame.put(Tag.reload)
        case .bans: frame.put(Tag.bans)
        case .lift(let clients):
            frame.put(Tag.lift)
            frame.put(clients)
        case .gatherLog: frame.put(Tag.gatherLog)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        switch try frame.tag(Tag.self, "request") {
        case .status: self = .status
        case .board: self = .board
        case .kill:
            self = .kill(
                targets: try frame.names("a target"),
                signal: try frame.number(in: SignalNumber.all, "a signal"),
                restarts: try frame.flag())
        case .down:
            let isLimited = try frame.flag()
            let limit = try frame.number(in: 0...Quantity.longest, "a time")
            self = .down(
                within: isLimited ? Nanoseconds(limit) : nil,
                why: try frame.text(in: RequestBounds.reason, "a reason"))
        case .awaitReady: self = .awaitReady
        case .follow: self = .follow
        case .carryOut: self = .carryOut(try ServiceOrder(from: &frame))
        case .scale:
            self = .scale(to: try frame.number(in: RequestBounds.backends, "a number of backends"))
        case .reload: self = .reload
        case .bans: self = .bans
        case .lift: self = .lift(try frame.names("a client"))
        case .gatherLog: self = .gatherLog
        }
    }
}
