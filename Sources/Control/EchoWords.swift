import Basics

/// How an echo backend is to behave otherwise than its command line says; `nil` where as that says.
public struct EchoFaults: Equatable, Sendable {
    /// How much later each request is answered.
    public var latency: Nanoseconds?
    /// How many of the requests are answered with 500.
    public var errorRate: Share?

    public init(latency: Nanoseconds? = nil, errorRate: Share? = nil) {
        self.latency = latency
        self.errorRate = errorRate
    }

    /// Takes over what a setting says; one of another kind says nothing.
    public mutating func take(_ setting: Setting) {
        switch setting {
        case .latency(let span): latency = span
        case .errorRate(let share): errorRate = share
        case .weight, .algorithm: return
        }
    }

    /// Whether it is neither slow nor failing by this.
    public var isNone: Bool {
        (latency ?? Nanoseconds(0)) == Nanoseconds(0) && (errorRate ?? .zero) == .zero
    }
}

/// What the supervisor tells an lb-echo over a socket of its own.
public struct EchoOrder: Equatable, Sendable {
    /// Counted from 1; a later order replaces an earlier one whole.
    public var number: UInt64
    public var faults: EchoFaults

    public init(number: UInt64, faults: EchoFaults) {
        self.number = number
        self.faults = faults
    }
}

/// What lb-echo answers: requests that begin from now on are treated as this order says.
public struct EchoReport: Equatable, Sendable {
    public var number: UInt64

    public init(number: UInt64) { self.number = number }
}

extension EchoFaults: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(number: latency?.count)
        frame.put(number: errorRate?.millionths)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        latency =
            try frame.flag()
            ? Nanoseconds(try frame.number(in: RequestBounds.latency, "a latency")) : nil
        errorRate = try frame.flag() ? try frame.share() : nil
    }
}

extension EchoOrder: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(number)
        frame.put(faults)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        number = try frame.number()
        faults = try EchoFaults(from: &frame)
    }
}

extension EchoReport: Spelled {
    public func spell(into frame: inout FrameWriter) { frame.put(number) }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        number = try frame.number()
    }
}
