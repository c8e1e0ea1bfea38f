import Basics

/// Which trailer fields may be sent on: none that frames, routes, authenticates, changes how the
/// message is read, or is of one hop (RFC 9110 §6.5.1).
enum TrailerRules {
    /// Whether this field may.
    static func mayPass(_ bytes: Span<UInt8>, _ field: Field) -> Bool {
        switch field.kind {
        case .other: return !isForbidden(bytes, field.name)
        case .date: return true
        case .host, .connection, .contentLength, .transferEncoding, .trailer, .upgrade, .expect,
            .via, .maxForwards, .accept, .requestID, .forwarded, .forwardedFor, .forwardedProto,
            .forwardedHost, .otherClaim, .hopByHop, .underscored, .te, .traceParent, .traceState:
            return false
        }
    }

    private static func isForbidden(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        func has(_ prefix: StaticString) -> Bool {
            let length = prefix.utf8CodeUnitCount
            if name.count < length { return false }
            let start = name.lowerBound..<name.lowerBound + length
            return Ascii.equal(bytes, start, ignoringCase: prefix)
        }
        func isNamed(_ whole: StaticString) -> Bool {
            Ascii.equal(bytes, name, ignoringCase: whole)
        }
        // Content-Digest and its kin may come late (RFC 9530 §2); what the content is may not.
        return isNamed("content-type") || isNamed("content-encoding") || isNamed("content-range")
            || isNamed("content-language") || isNamed("content-location")
            || has("if-") || has("proxy-") || has("accept-")
            || has("www-authenticate") || has("authorization") || has("authentication-info")
            || isNamed("cookie") || isNamed("set-cookie") || isNamed("cache-control")
            || isNamed("expires") || isNamed("vary") || isNamed("age") || isNamed("pragma")
            || isNamed("location") || isNamed("retry-after") || isNamed("range")
            || isNamed("origin")
    }
}
