import Basics

/// What the Connection lines of a head have said so far (RFC 9110 §7.6.1).
struct ConnectionOptions {
    /// How many options a head may have.
    static let maxCount = 64

    private(set) var hasClose = false
    private(set) var hasKeepAlive = false
    private(set) var hasUpgrade = false
    /// Whether fields that we would have sent on are named.
    private(set) var hasNominations = false
    private var count = 0

    /// Takes one more line in.
    @inline(__always)
    mutating func note(_ bytes: Span<UInt8>, _ value: ByteRange) -> Malformation? {
        // "keep-alive" alone is what nearly all say.
        let isPlain =
            value.count == 10
            && Scan.isName(
                bytes, value.range, head: 0x696C_612D_7065_656B, tail: 0x6576_696C_612D_7065)
        if isPlain {
            hasKeepAlive = true
            return nil
        }
        return noteList(bytes, value)
    }

    private mutating func noteList(_ bytes: Span<UInt8>, _ value: ByteRange) -> Malformation? {
        var list = CommaList(value.range)
        while let option = list.next(bytes) {
            if option.isEmpty { continue }
            count += 1
            if count > ConnectionOptions.maxCount { return .tooManyConnectionOptions }
            if Ascii.equal(bytes, option, ignoringCase: "close") {
                hasClose = true
            } else if Ascii.equal(bytes, option, ignoringCase: "keep-alive") {
                hasKeepAlive = true
            } else if Ascii.equal(bytes, option, ignoringCase: "upgrade") {
                hasUpgrade = true
            } else if !ConnectionOptions.isProtected(bytes, option) {
                hasNominations = true
            }
        }
        return nil
    }

    /// RFC 9112 §9.3.
    func isPersistent(minorVersion: UInt8) -> Bool {
        if hasClose { return false }
        return minorVersion >= 1 || hasKeepAlive
    }

    /// Puts into `mask` the fields that the Connection line at `value` names.
    static func findNominated(
        by value: ByteRange, in fields: borrowing FieldTable, _ bytes: Span<UInt8>,
        into mask: inout FieldMask
    ) {
        var list = CommaList(value.range)
        while let option = list.next(bytes) {
            if option.isEmpty || isProtected(bytes, option) { continue }
            fields.find(option, in: bytes, into: &mask)
        }
    }

    /// Whether a field of this name is for all recipients, or ours to write, so that naming it
    /// can only be meant to take it away from the backend.
    ///
    /// RFC 9110 §7.6.1 forbids senders to name such fields. What is removed anyway counts here
    /// too, as do the fields that are looked after one by one.
    private static func isProtected(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        switch FieldKind.of(bytes, name.lowerBound, name.upperBound) {
        case .host, .connection, .contentLength, .transferEncoding, .upgrade, .expect, .via,
            .maxForwards, .date, .requestID, .forwarded, .forwardedFor, .forwardedProto,
            .forwardedHost, .otherClaim, .hopByHop, .te, .traceParent, .traceState:
            return true
        case .accept, .trailer:
            return false
        case .other, .underscored:
            break
        }
        return Ascii.equal(bytes, name, ignoringCase: "authorization")
            || Ascii.equal(bytes, name, ignoringCase: "cookie")
            || Ascii.equal(bytes, name, ignoringCase: "set-cookie")
            || Ascii.equal(bytes, name, ignoringCase: "origin")
            || Ascii.equal(bytes, name, ignoringCase: "cache-control")
            || Ascii.equal(bytes, name, ignoringCase: "content-type")
            || Ascii.equal(bytes, name, ignoringCase: "content-encoding")
            || Ascii.equal(bytes, name, ignoringCase: "content-range")
    }
}
