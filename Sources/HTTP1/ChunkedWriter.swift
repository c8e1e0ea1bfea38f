import Basics

/// Writes what goes around the data of a body that is sent in chunks (RFC 9112 §7.1).
public enum ChunkedWriter {
    /// Bytes of the longest chunk header.
    public static let maxHeaderLength = 18

    /// Writes the line in front of a chunk of `size` bytes, which must be more than none.
    public static func appendHeader(size: Int, to out: inout ByteQueue) {
    }

    /// Writes the line end behind a chunk's data.
    public static func appendDataEnd(to out: inout ByteQueue) {
        out.append("\r\n")
    }

    /// Writes the last chunk and an empty trailer section.
    public static func appendEnd(to out: inout ByteQueue) {
        out.append("0\r\n\r\n")
    }

    /// Writes the last chunk and those of `trailers` that may be sent on (RFC 9110 §6.5.1).
    ///
    /// Where a head `hasNominations` its trailers are better left out: `appendEnd(to:)`.
    public static func appendEnd(
        trailers: Range<Int>, from bytes: Span<UInt8>, to out: inout ByteQueue
    ) {
    }
}
