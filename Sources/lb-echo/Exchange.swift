import Basics
import HTTP1

/// A request's body that is still to come, and an answer that is still to be given.
struct Exchange {
    enum Body {
        case over
        case length(UInt64)
        case chunked(ChunkedDecoder)
    }

    /// What becomes of the body's bytes.
    enum Use {
        case dropped
        /// Sent back, in chunks where the length is not known.
        case echoed(inChunks: Bool)
        /// Kept, up to a limit, for a report.
        case reported
    }

    /// What is still to be sent once the body is over.
    enum Rest {
        case nothing
        case lastChunk
        case bytes(left: UInt64, position: Int)
        case lines(next: UInt64, last: UInt64, inChunks: Bool)
        case report
    }

    var body = Body.over
    var use = Use.dropped
    var rest = Rest.nothing
    var keeps = true
    var minorVersion: UInt8 = 1
    var isHead = false
}
