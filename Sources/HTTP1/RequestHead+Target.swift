import Basics

/// The forms of the request target (RFC 9112 §3.2).
extension RequestHead {
    /// Tells the form of the target, and what of it is sent on.
    @inline(__always)
    mutating func readTarget(_ bytes: Span<UInt8>) -> Malformation? {
        if method == .connect { return readAuthority(bytes) }
        if bytes[Int(target.start)] == 0x2F {
            targetForm = .origin
            pathAndQuery = target
            return nil
        }
        return readOtherTarget(bytes)
    }

    private mutating func readAuthority(_ bytes: Span<UInt8>) -> Malformation? {
        targetForm = .authority
        pathAndQuery = target
        isLineVerbatim = false
        return HostGrammar.isAuthority(bytes, target.range) ? nil : .targetNotForMethod
    }

    private mutating func readOtherTarget(_ bytes: Span<UInt8>) -> Malformation? {
        if target.count == 1 && bytes[Int(target.start)] == 0x2A {
            targetForm = .asterisk
            pathAndQuery = target
            return method == .options ? nil : .targetNotForMethod
        }
        guard let authority = authorityStart(bytes) else { return .targetInvalid }
        targetForm = .absolute
        isLineVerbatim = false
        var end = authority
        while end < Int(target.end) && bytes[end] != 0x2F && bytes[end] != 0x3F { end += 1 }
        // RFC 9110 §4.2.1: an http URI without a host is refused; §4.2.4: so is user information,
        // which the grammar of hosts does not know.
        if end == authority || !HostGrammar.isValid(bytes, authority..<end) { return .hostInvalid }
        host = ByteRange(authority..<end)
        pathAndQuery = ByteRange(end..<Int(target.end))
        return nil
    }

    /// The offset behind `http://` or `https://`.
    private func authorityStart(_ bytes: Span<UInt8>) -> Int? {
        let start = Int(target.start)
        let end = Int(target.end)
        for length in 7...8 where start + length <= end {
            let scheme = start..<start + length
            if Ascii.equal(bytes, scheme, ignoringCase: length == 7 ? "http://" : "https://") {
                return start + length
            }
        }
        return nil
    }
}
