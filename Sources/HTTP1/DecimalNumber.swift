import Basics

/// Numbers written as digits and nothing else.
enum DecimalNumber {
    /// The number at `range`; nil where that is no number, or one beyond `Int64.max`.
    static func exact(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard let value = saturating(bytes, range), value <= UInt64(Int64.max) else { return nil }
        return value
    }

    /// The number at `range`, the largest there is where it is larger; nil where it is none.
    static func saturating(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        if range.isEmpty { return nil }
        var value: UInt64 = 0
        for index in range {
            if !Scan.isDigit(bytes[index]) { return nil }
            let (tens, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, beyond) = tens.addingReportingOverflow(UInt64(bytes[index] - Ascii.zero))
            value = over || beyond ? .max : sum
        }
        return value
    }
}
