import Basics

/// Reads Via values (RFC 9110 §7.6.3) for the names of those a request has passed.
enum ViaList {
    /// Whether an element's received-by is `pseudonym`, or `lbctl` where that is empty.
    static func names(
        _ pseudonym: borrowing InlineText, _ bytes: Span<UInt8>, _ value: ByteRange
    ) -> Bool {
        var list = CommaList(value.range)
        while let element = list.next(bytes) {
            // received-protocol RWS received-by [ RWS comment ]
            var start = element.lowerBound
            while start < element.upperBound && !Scan.isBlank(bytes[start]) { start += 1 }
            while start < element.upperBound && Scan.isBlank(bytes[start]) { start += 1 }
            var end = start
            while end < element.upperBound && !Scan.isBlank(bytes[end]) { end += 1 }
            if isName(pseudonym, bytes, start..<end) { return true }
        }
        return false
    }

    private static func isName(
        _ pseudonym: borrowing InlineText, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> Bool {
        if pseudonym.isEmpty { return Ascii.equal(bytes, range, ignoringCase: "lbctl") }
        let name = pseudonym.bytes
        if name.count != range.count { return false }
        for index in name.indices {
            let octet = bytes[range.lowerBound + index]
            if Ascii.lowered(name[index]) != Ascii.lowered(octet) { return false }
        }
        return true
    }
}
