import Basics

/// What a field is to us, told by its name.
enum FieldKind: UInt8 {
    case other
    case host, connection, contentLength, transferEncoding, trailer, upgrade, expect
    case via, maxForwards, accept, date, requestID, te
    /// W3C Trace Context §3.
    case traceParent, traceState
    case forwarded, forwardedFor, forwardedProto, forwardedHost
    /// Another X-Forwarded-…, or X-Real-IP: what only a trusted client may say.
    case otherClaim
    /// Keep-Alive, Proxy-Connection: of this hop alone (RFC 9110 §7.6.1). So is HTTP2-Settings
    /// (RFC 7540 §3.2.1); and `Proxy`, which no standard knows, CGI programs take for a setting.
    case hopByHop
    /// A name that differs from one of the above only by underscores for dashes. Programs that get
    /// fields as variables can't tell the two apart (RFC 3875 §4.1.18), so of a client such a field
    /// would pass for the one that we have read, dropped or written ourselves.
    case underscored

    /// The kind of the field whose name lies at these offsets.
    @inline(__always)
    static func of(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> FieldKind {
        let length = end &- start
        let name = start..<end
        let first = Ascii.lowered(bytes[start])
        // The length and the first letter tell nearly all names apart without reading them.
        switch length << 8 | Int(first) {
        case 0x0274: return named("te", .te, bytes, name)
        case 0x0376: return named("via", .via, bytes, name)
        case 0x0468:  // host
            return frequent(0x0000_0000_7473_6F68, 0x0000_0000_7473_6F68, .host, bytes, name)
        case 0x0464:  // date
            return frequent(0x0000_0000_6574_6164, 0x0000_0000_6574_6164, .date, bytes, name)
        case 0x0570: return named("proxy", .hopByHop, bytes, name)
        case 0x0661:  // accept
            return frequent(0x0000_7470_6563_6361, 0x0000_7470_6563_6361, .accept, bytes, name)
        case 0x0665: return named("expect", .expect, bytes, name)
        case 0x0775: return named("upgrade", .upgrade, bytes, name)
        case 0x0774: return named("trailer", .trailer, bytes, name)
        case 0x0966: return named("forwarded", .forwarded, bytes, name)
        case 0x0978:  // A claim with underscores could come out on top of ours in CGI and its kin.
            return Ascii.equal(bytes, name, asVariable: "x-real-ip") ? .otherClaim : .other
        case 0x0A63:  // connection
            return frequent(0x6974_6365_6E6E_6F63, 0x6E6F_6974_6365_6E6E, .connection, bytes, name)
        case 0x0A74: return named("tracestate", .traceState, bytes, name)
        case 0x0A6B:  // keep-alive
            if Scan.isName(
                bytes, name, head: 0x696C_612D_7065_656B, tail: 0x6576_696C_612D_7065)
            {
                return .hopByHop
            }
            return underscored("keep-alive", bytes, name)
        case 0x0B74: return named("traceparent", .traceParent, bytes, name)
        case 0x0C6D: return dashed("max-forwards", .maxForwards, bytes, name)
        case 0x0C78: return dashed("x-request-id", .requestID, bytes, name)
        case 0x0E63:  // content-length
            if Scan.isName(
                bytes, name, head: 0x2D74_6E65_746E_6F63, tail: 0x6874_676E_656C_2D74)
            {
                return .contentLength
            }
            return underscored("content-length", bytes, name)
        case 0x0E68: return dashed("http2-settings", .hopByHop, bytes, name)
        case 0x1070: return dashed("proxy-connection", .hopByHop, bytes, name)
        case 0x1174: return dashed("transfer-encoding", .transferEncoding, bytes, name)
        default: return length > 12 && first == 0x78 ? ofLong(bytes, name) : .other
        }
    }

    @inline(__always)
    private static func named(
        _ name: StaticString, _ kind: FieldKind, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> FieldKind {
        Ascii.equal(bytes, range, ignoringCase: name) ? kind : .other
    }

    /// The kind of a name with dashes in it, which may be written with underscores.
    @inline(__always)
    private static func dashed(
        _ name: StaticString, _ kind: FieldKind, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> FieldKind {
        Ascii.equal(bytes, range, ignoringCase: name) ? kind : underscored(name, bytes, range)
    }

    @inline(never)
    private static func underscored(
        _ name: StaticString, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> FieldKind {
        Ascii.equal(bytes, range, asVariable: name) ? .underscored : .other
    }

    /// The kind of a field with a name that nearly every head has: their first and last eight
    /// octets as words, the first letter in the lowest bits.
    @inline(__always)
    private static func frequent(
        _ head: UInt64, _ tail: UInt64, _ kind: FieldKind,
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> FieldKind {
        Scan.isName(bytes, range, head: head, tail: tail) ? kind : .other
    }

    /// The family of X-Forwarded-…, all longer than twelve.
    @inline(never)
    private static func ofLong(_ bytes: Span<UInt8>, _ range: Range<Int>) -> FieldKind {
        let prefix = range.lowerBound..<range.lowerBound + 12
        if !Ascii.equal(bytes, prefix, asVariable: "x-forwarded-") { return .other }
        if Ascii.equal(bytes, range, ignoringCase: "x-forwarded-for") { return .forwardedFor }
        if Ascii.equal(bytes, range, ignoringCase: "x-forwarded-proto") { return .forwardedProto }
        if Ascii.equal(bytes, range, ignoringCase: "x-forwarded-host") { return .forwardedHost }
        return .otherClaim
    }
}
