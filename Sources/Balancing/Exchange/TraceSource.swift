import Basics
import Choosing
import HTTP1
import Kernel

/// Which trace a request belongs to, and the parent-ids of its attempts (W3C Trace Context §3).
///
/// Backends are told of a trace where the client named one, or for each request with `--trace`: its
/// trace-id is the request's identifier then, in hexadecimal.
struct TraceSource {
    /// Whether each request is part of a trace.
    private let isForAll: Bool
    /// Counted on for each random word.
    private var chance = Randomness.word()

    init(isForAll: Bool) { self.isForAll = isForAll }

    /// What a backend is told of a request with this identifier; `nil` where that is nothing.
    ///
    /// §3.2.4: a trace that can't be read is begun anew.
    mutating func trace(_ claim: TraceClaim, of identifier: Span<UInt8>) -> TraceParent? {
        switch claim {
        case .part(var trace):
            trace.parent = nextParent()
            return trace
        case .none where !isForAll: return nil
        case .none, .broken:
            var trace = ULID(identifier)?.bits ?? 0
            // A name that the client gave, and no such identifier.
            if trace == 0 { trace = UInt128(nextParent()) << 64 | UInt128(nextParent()) }
            return TraceParent(trace: trace, parent: nextParent(), flags: 1)
        }
    }

    /// A parent-id that no other attempt has; 0 is none.
    mutating func nextParent() -> UInt64 {
        chance &+= KeyHash.golden
        let word = KeyHash.mixed(chance)
        return word == 0 ? 1 : word
    }
}
