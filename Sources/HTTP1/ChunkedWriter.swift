import Basics

/// Writes what goes around the data of a body that is sent in chunks (RFC 9112 §7.1).
public enum ChunkedWriter {
    /// Bytes of the longest chunk header: sixteen digits and a line end.
    public static let maxHeaderLength = 18

    /// Writes the line in front of a chunk of `size` bytes, which must be more than none: a chunk
    /// of nothing would end the body.
    public static func appendHeader(size: Int, to out: inout ByteQueue) {
        invariant(size > 0, "a chunk without data ends the body")
        out.reserve(maxHeaderLength)
        var shift = (63 &- size.leadingZeroBitCount) & ~3
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: size >> shift) & 15
            out.append(digit < 10 ? digit &+ Ascii.zero : digit &+ 0x57)
            shift &-= 4
        }
        out.append("\r\n")
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
    /// `trailers` are what `ChunkedDecoder` found. Where the head `hasNominations` they are left
    /// out, as it is not kept which were named: `appendEnd(to:)`. So are those of requests.
    public static func appendEnd(
        trailers: Range<Int>, from bytes: Span<UInt8>, to out: inout ByteQueue
    ) {
        out.append("0\r\n")
        let lines = bytes.extracting(trailers)
        var position = 0
        while case .field(let field, let next) = FieldTable.scanLine(
            lines, at: position, from: .client)
        {
            if TrailerRules.mayPass(lines, field) { out.append(lines.extracting(position..<next)) }
            position = next
        }
        out.append("\r\n")
    }
}
