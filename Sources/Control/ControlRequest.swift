import Basics

/// What lbctl asks of a running supervisor.
public enum ControlRequest: Equatable, Sendable {
    /// A row for each child.
    case status
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

/// What the supervisor answers.
public enum ControlReply: Equatable, Sendable {
    case done
    /// It could not be done: what, why, and what to do (or empty).
    case refused(Refusal)
    case status(ServiceStatus)
    case killed([KillReport])
    /// The records that come now begin with this number; all earlier ones are in the history. 0
    /// where there is none.
    case following(from: UInt64)
    case record(RecordWord)
    /// So many records were not sent because their reader was slow; the history has them.
    case missed(UInt64)
    /// What has become of one target of an order.
    case reported(TargetReport)
    /// Those whose addresses are known, and how many more are banned.
    case bans([BanWord], unlisted: UInt64)
}

/// A client that is shut out.
public struct BanWord: Equatable, Sendable {
    /// An address, or a network as `2001:db8::/64`.
    public var client: String
    public var remaining: Nanoseconds

    public init(client: String, remaining: Nanoseconds) {
        self.client = client
        self.remaining = remaining
    }
}

/// Why something was not done.
public struct Refusal: Error, Equatable, Sendable {
    public var what: String
    public var why: String
    public var advice: String

    public init(what: String, why: String, advice: String = "") {
        self.what = what
        self.why = why
        self.advice = advice
    }
}

/// One line of the log stream on its way to a follower.
public struct RecordWord: Equatable, Sendable {
    public var sequence: UInt64
    public var time: WallTime
    public var name: String
    /// Which process of the name it was, counted from 1; 0 where there is none.
    public var generation: UInt32
    /// Logs' `Stream` as a number.
    public var stream: UInt8
    /// Logs' `Part` as a number.
    public var part: UInt8
    public var text: [UInt8]

    public init(
        sequence: UInt64, time: WallTime, name: String, generation: UInt32, stream: UInt8,
        part: UInt8, text: [UInt8]
    ) {
        self.sequence = sequence
        self.time = time
        self.name = name
        self.generation = generation
        self.stream = stream
        self.part = part
        self.text = text
    }
}

/// What a `kill` did to one child.
public struct KillReport: Equatable, Sendable {
    public var name: String
    /// 0 for a child without one.
    public var port: UInt16
    public var pid: Int32
    public var signal: Int32
    /// From the signal to the moment when no balancer chose it any more; nothing where it is not
    /// balanced or did not die of the signal.
    public var outOfRotation: Nanoseconds?
    /// What comes next, as `restarting at once`.
    public var next: String

    public init(
        name: String, port: UInt16, pid: Int32, signal: Int32, outOfRotation: Nanoseconds?,
        next: String
    ) {
        self.name = name
        self.port = port
        self.pid = pid
        self.signal = signal
        self.outOfRotation = outOfRotation
        self.next = next
    }
}

extension ControlRequest: Spelled {
    public func spell(into frame: inout FrameWriter) {
        switch self {
        case .status: frame.put(1 as UInt8)
        case .kill(let targets, let signal, let restarts):
            frame.put(2 as UInt8)
            frame.put(targets)
            frame.put(signal)
            frame.put(restarts)
        case .down(let within, let why):
            frame.put(3 as UInt8)
            frame.put(within != nil)
            frame.put(within?.count ?? 0)
            frame.put(why)
        case .awaitReady: frame.put(4 as UInt8)
        case .follow: frame.put(5 as UInt8)
        case .carryOut(let order):
            frame.put(6 as UInt8)
            order.spell(into: &frame)
        case .scale(let count):
            frame.put(7 as UInt8)
            frame.put(count)
        case .reload: frame.put(8 as UInt8)
        case .bans: frame.put(9 as UInt8)
        case .lift(let clients):
            frame.put(10 as UInt8)
            frame.put(clients)
        case .gatherLog: frame.put(11 as UInt8)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        switch try frame.byte() {
        case 1: self = .status
        case 2:
            self = .kill(
                targets: try frame.names("a target"),
                signal: try frame.number(in: SignalNumber.all, "a signal"),
                restarts: try frame.flag())
        case 3:
            let isLimited = try frame.flag()
            let limit = try frame.number(in: 0...Quantity.longest, "a time")
            self = .down(
                within: isLimited ? Nanoseconds(limit) : nil,
                why: try frame.text(in: RequestBounds.reason, "a reason"))
        case 4: self = .awaitReady
        case 5: self = .follow
        case 6: self = .carryOut(try ServiceOrder(from: &frame))
        case 7:
            self = .scale(to: try frame.number(in: RequestBounds.backends, "a number of backends"))
        case 8: self = .reload
        case 9: self = .bans
        case 10: self = .lift(try frame.names("a client"))
        case 11: self = .gatherLog
        default: throw Misspelling("an unknown request")
        }
    }
}

extension ControlReply: Spelled {
    public func spell(into frame: inout FrameWriter) {
        switch self {
        case .done: frame.put(1 as UInt8)
        case .refused(let refusal):
            frame.put(2 as UInt8)
            frame.put(refusal.what)
            frame.put(refusal.why)
            frame.put(refusal.advice)
        case .status(let status):
            frame.put(3 as UInt8)
            status.spell(into: &frame)
        case .killed(let reports):
            frame.put(4 as UInt8)
            frame.put(reports)
        case .following(let from):
            frame.put(5 as UInt8)
            frame.put(from)
        case .record(let record):
            frame.put(6 as UInt8)
            record.spell(into: &frame)
        case .missed(let count):
            frame.put(7 as UInt8)
            frame.put(count)
        case .reported(let report):
            frame.put(8 as UInt8)
            report.spell(into: &frame)
        case .bans(let bans, let unlisted):
            frame.put(9 as UInt8)
            frame.put(bans)
            frame.put(unlisted)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        switch try frame.byte() {
        case 1: self = .done
        case 2:
            self = .refused(
                Refusal(
                    what: try frame.text(), why: try frame.text(), advice: try frame.text()))
        case 3: self = .status(try ServiceStatus(from: &frame))
        case 4: self = .killed(try frame.list())
        case 5: self = .following(from: try frame.number())
        case 6: self = .record(try RecordWord(from: &frame))
        case 7: self = .missed(try frame.number())
        case 8: self = .reported(try TargetReport(from: &frame))
        case 9: self = .bans(try frame.list(), unlisted: try frame.number())
        default: throw Misspelling("an unknown reply")
        }
    }
}

extension BanWord: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(client)
        frame.put(remaining.count)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        client = try frame.text()
        remaining = Nanoseconds(try frame.number(UInt64.self))
    }
}

extension RecordWord: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(sequence)
        frame.put(time.nanoseconds)
        frame.put(name)
        frame.put(generation)
        frame.put(stream)
        frame.put(part)
        frame.put(text.span)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        sequence = try frame.number()
        time = WallTime(nanoseconds: try frame.number())
        name = try frame.text()
        generation = try frame.number()
        stream = try frame.byte()
        part = try frame.byte()
        text = try frame.data()
    }
}

extension KillReport: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(name)
        frame.put(port)
        frame.put(pid)
        frame.put(signal)
        frame.put(outOfRotation != nil)
        if let outOfRotation { frame.put(outOfRotation.count) }
        frame.put(next)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        name = try frame.text()
        port = try frame.number()
        pid = try frame.number()
        signal = try frame.number()
        outOfRotation = try frame.flag() ? Nanoseconds(try frame.number()) : nil
        next = try frame.text()
    }
}
