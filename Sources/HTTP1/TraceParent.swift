import Basics

/// What `traceparent` says of the trace that a request belongs to (W3C Trace Context, Level 1).
public struct TraceParent: Equatable, Sendable {
    /// The trace-id, never 0.
    public var trace: UInt128
    /// The parent-id: the span that sent the request, never 0.
    public var parent: UInt64
    /// The trace-flags; the lowest says that the trace is recorded.
    public var flags: UInt8

    /// What a field says that is written with these.
    public init(trace: UInt128, parent: UInt64, flags: UInt8) {
        self.trace = trace
        self.parent = parent
        self.flags = flags
    }

    /// How long a value of version 00 is.
    public static let length = 55
    /// Where the parent-id begins, counted back from the end of a value, and how long it is.
    public static let parentFromEnd = 19
    public static let parentLength = 16

    /// Reads a value, without blanks around it; `nil` where it must be ignored.
    ///
    /// §3.2.2: version "-" trace-id "-" parent-id "-" trace-flags, in lower-case hexadecimal. Of a
    /// higher version than 00 its first 55 characters are read, and what follows must be set off
    /// by another dash (§3.2.4); of its flags only the one that is defined here is kept.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count >= Self.length, bytes[2] == Self.dash, bytes[35] == Self.dash,
            bytes[52] == Self.dash,
            let version = Hexadecimal.word(bytes, 0..<2), version != 0xFF,
            let high = Hexadecimal.word(bytes, 3..<19), let low = Hexadecimal.word(bytes, 19..<35),
            let parent = Hexadecimal.word(bytes, 36..<52), parent != 0, high | low != 0,
            let flags = Hexadecimal.word(bytes, 53..<55)
        else { return nil }
        if bytes.count > Self.length && (version == 0 || bytes[Self.length] != Self.dash) {
            return nil
        }
        trace = UInt128(high) << 64 | UInt128(low)
        self.parent = parent
        self.flags = UInt8(version == 0 ? flags : flags & 1)
    }

    private static let dash: UInt8 = 0x2D

    /// Appends the value as it is sent on, in version 00.
    func append(to queue: inout ByteQueue) {
        queue.append("00-")
        Hexadecimal.append(UInt64(truncatingIfNeeded: trace >> 64), to: &queue)
        Hexadecimal.append(UInt64(truncatingIfNeeded: trace), to: &queue)
        queue.append(Self.dash)
        Hexadecimal.append(parent, to: &queue)
        queue.append(Self.dash)
        queue.append(Ascii.hexDigit(flags >> 4))
        queue.append(Ascii.hexDigit(flags & 15))
    }
}

/// The trace that a request's head says it belongs to.
public enum TraceClaim: Equatable, Sendable {
    /// None is named.
    case none
    case part(TraceParent)
    /// One is named in a way that must be ignored: malformed, of version ff, or twice.
    case broken
}

/// Where the fields of a trace stand while a head is read.
struct TraceFields {
    /// How many lines say `traceparent`, and the value of the last.
    var parents: UInt8 = 0
    var states: UInt8 = 0
    var value = ByteRange.empty

    var areAbsent: Bool { parents | states == 0 }
}

extension RequestHead {
    /// Whether it says anything of a trace, well or badly.
    public var isTraced: Bool {
        @inline(__always) get { traceFields.parents > 0 }
    }

    /// §3.3.1.1: the most members that must be passed on.
    private static let mostMembers = 32

    /// Takes a field of a trace in. Neither is sent on as it came: `traceparent` is written anew,
    /// and `tracestate` says nothing without it.
    mutating func noteTrace(_ field: Field, _ index: Int) {
        dropped.insert(index)
        if field.kind == .traceParent {
            traceFields.parents = min(traceFields.parents + 1, 2)
            traceFields.value = field.value
        } else {
            traceFields.states = 1
        }
    }

    /// Settles which trace it is, and whether `tracestate` is passed on, which is not changed then.
    mutating func concludeTrace(_ bytes: Span<UInt8>) {
        if traceFields.parents == 0 { return }
        guard traceFields.parents == 1,
            let parent = TraceParent(bytes.extracting(traceFields.value.range))
        else {
            trace = .broken
            return
        }
        trace = .part(parent)
        if traceFields.states > 0 && members(bytes) <= Self.mostMembers {
            for index in 0..<fields.count where fields[index].kind == .traceState {
                dropped.remove(index)
            }
        }
    }

    /// How many members all `tracestate` fields have together.
    private func members(_ bytes: Span<UInt8>) -> Int {
        var count = 0
        for index in 0..<fields.count where fields[index].kind == .traceState {
            var list = CommaList(fields[index].value.range)
            while let member = list.next(bytes) { count += member.isEmpty ? 0 : 1 }
        }
        return count
    }
}
