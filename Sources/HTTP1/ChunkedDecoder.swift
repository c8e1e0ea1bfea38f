import Basics

/// Finds the data in a body that comes in chunks, without moving it (RFC 9112 §7.1).
public struct ChunkedDecoder: Sendable {
    /// What the next bytes are.
    public enum Step: Equatable, Sendable {
        /// Data at these offsets; the next step is asked for from the upper bound.
        case data(Range<Int>)
        /// All before `consumed` is digested; the rest is presented again with more behind it.
        case needsMore(consumed: Int)
        /// The body is over; `trailers` are valid field lines, each with its line end.
        case end(trailers: Range<Int>, consumed: Int)
        /// The body can never become right.
        case malformed(Malformation)
    }

    let maxExtension: Int
    let maxTrailer: Int

    /// A decoder at the start of a body.
    ///
    /// `maxExtension` bounds the bytes of extensions beyond those that data has made up for.
    public init(maxExtension: Int = 4096, maxTrailer: Int = 8192) {
        self.maxExtension = maxExtension
        self.maxTrailer = maxTrailer
    }

    /// Reads from `offset` on to the next run of data, the end, or the end of `bytes`.
    public mutating func next(_ bytes: Span<UInt8>, from offset: Int) -> Step {
        .needsMore(consumed: offset)
    }
}
