import Basics

/// What a field is to us, told by its name.
enum FieldKind: UInt8 {
    case other
    case host, connection, contentLength, transferEncoding, trailer, upgrade, expect
    case via, maxForwards, accept, date, requestID
    case forwarded, forwardedFor, forwardedProto, forwardedHost
    /// Another X-Forwarded-…, or X-Real-IP: what only a trusted client may say.
    case otherClaim
    /// Keep-Alive, Proxy-Connection, TE: of this hop alone (RFC 9110 §7.6.1).
    case hopByHop

    /// The kind of the field whose name lies at these offsets.
    @inline(__always)
    static func of(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> FieldKind {
        let length = end &- start
        if length > 17 { return ofLong(bytes, start..<end) }
        switch (length, Ascii.lowered(bytes[start])) {
        case (2, 0x74): return named("te", .hopByHop, bytes, start..<end)
        case (3, 0x76): return named("via", .via, bytes, start..<end)
        case (4, 0x68): return named("host", .host, bytes, start..<end)
        case (4, 0x64): return named("date", .date, bytes, start..<end)
        case (6, 0x61): return named("accept", .accept, bytes, start..<end)
        case (6, 0x65): return named("expect", .expect, bytes, start..<end)
        case (7, 0x75): return named("upgrade", .upgrade, bytes, start..<end)
        case (7, 0x74): return named("trailer", .trailer, bytes, start..<end)
        case (9, 0x66): return named("forwarded", .forwarded, bytes, start..<end)
        case (9, 0x78): return named("x-real-ip", .otherClaim, bytes, start..<end)
        case (10, 0x63): return named("connection", .connection, bytes, start..<end)
        case (10, 0x6B): return named("keep-alive", .hopByHop, bytes, start..<end)
        case (12, 0x6D): return named("max-forwards", .maxForwards, bytes, start..<end)
        case (12, 0x78): return named("x-request-id", .requestID, bytes, start..<end)
        case (14, 0x63): return named("content-length", .contentLength, bytes, start..<end)
        case (16, 0x70): return named("proxy-connection", .hopByHop, bytes, start..<end)
        case (17, 0x74): return named("transfer-encoding", .transferEncoding, bytes, start..<end)
        case (13..., 0x78): return ofLong(bytes, start..<end)
        default: return .other
        }
    }

    @inline(__always)
    private static func named(
        _ name: StaticString, _ kind: FieldKind, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> FieldKind {
        Ascii.equal(bytes, range, ignoringCase: name) ? kind : .other
    }

    /// The family of X-Forwarded-…, all of whose members are longer than twelve.
    @inline(never)
    private static func ofLong(_ bytes: Span<UInt8>, _ range: Range<Int>) -> FieldKind {
        let prefix = range.lowerBound..<range.lowerBound + 12
        if !Ascii.equal(bytes, prefix, ignoringCase: "x-forwarded-") { return .other }
        if Ascii.equal(bytes, range, ignoringCase: "x-forwarded-for") { return .forwardedFor }
        if Ascii.equal(bytes, range, ignoringCase: "x-forwarded-proto") { return .forwardedProto }
        if Ascii.equal(bytes, range, ignoringCase: "x-forwarded-host") { return .forwardedHost }
        return .otherClaim
    }
}
