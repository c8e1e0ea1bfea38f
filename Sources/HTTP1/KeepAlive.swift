import Basics

extension ResponseHead {
    /// How many seconds the backend keeps an idle connection, as its Keep-Alive field says; `nil`
    /// where it says nothing of the kind.
    ///
    /// `Keep-Alive: timeout=5, max=100` has no standard any more; the form is RFC 2068 §19.7.1.1
    /// and draft-thomson-hybi-http-timeout §2.1. 0 also where it takes no further request.
    public func keepAliveSeconds(in bytes: Span<UInt8>) -> UInt64? {
        // It is of this hop alone, so a head without such fields is not looked through.
        if dropped.isEmpty { return nil }
        guard let field = value(of: "keep-alive", in: bytes) else { return nil }
        var list = CommaList(field.range)
        var seconds: UInt64?
        while let item = list.next(bytes) {
            let name = Self.parameterName(bytes, item)
            let value = min(name.upperBound + 1, item.upperBound)..<item.upperBound
            guard let number = DecimalNumber.saturating(bytes, value) else { continue }
            if Ascii.equal(bytes, name, ignoringCase: "timeout") { seconds = number }
            if Ascii.equal(bytes, name, ignoringCase: "max") && number == 0 { return 0 }
        }
        return seconds
    }

    private static func parameterName(_ bytes: Span<UInt8>, _ item: Range<Int>) -> Range<Int> {
        var end = item.lowerBound
        while end < item.upperBound && bytes[end] != UInt8(ascii: "=") { end += 1 }
        return item.lowerBound..<end
    }
}
