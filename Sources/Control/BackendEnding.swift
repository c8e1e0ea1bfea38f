import Basics

/// How a backend's process ended, as a balancer is told it.
public struct BackendEnding: Equatable, Sendable {
    public enum Cause: Equatable, Sendable {
        case exited(code: Int32)
        /// The number of the signal, signal(7).
        case killed(signal: Int32, dumpedCore: Bool)
    }

    /// Which process of its slot that was.
    public var generation: UInt64
    public var pid: Int32
    public var cause: Cause
    /// Whether it had been asked to end.
    public var wasPlanned: Bool
    /// When that was known, on the monotonic clock.
    public var at: Instant
    /// How long it had run.
    public var ran: Nanoseconds

    public init(
        generation: UInt64, pid: Int32, cause: Cause, wasPlanned: Bool, at: Instant,
        ran: Nanoseconds
    ) {
        self.generation = generation
        self.pid = pid
        self.cause = cause
        self.wasPlanned = wasPlanned
        self.at = at
        self.ran = ran
    }
}

extension BackendEnding.Cause: Spelled {
    enum Tag: UInt8, CaseIterable {
        case exited = 1
        case killed
    }

    public func spell(into frame: inout FrameWriter) {
        switch self {
        case .exited(let code):
            frame.put(Tag.exited)
            frame.put(code)
        case .killed(let signal, let dumpedCore):
            frame.put(Tag.killed)
            frame.put(signal)
            frame.put(dumpedCore)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        switch try frame.tag(Tag.self, "ending") {
        case .exited: self = .exited(code: try frame.number())
        case .killed:
            self = .killed(
                signal: try frame.number(in: SignalNumber.all, "a signal"),
                dumpedCore: try frame.flag())
        }
    }
}

extension BackendEnding: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(generation)
        frame.put(pid)
        cause.spell(into: &frame)
        frame.put(wasPlanned)
        frame.put(at.nanoseconds)
        frame.put(ran.count)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        generation = try frame.number()
        pid = try frame.number()
        cause = try Cause(from: &frame)
        wasPlanned = try frame.flag()
        at = Instant(nanoseconds: try frame.number())
        ran = Nanoseconds(try frame.number(UInt64.self))
    }
}
