import Basics

/// What a path asks for.
enum Route: Equatable {
    /// Any other path: the backend names itself, or sends the body back.
    case itself
    case health
    case status(UInt16)
    case delay(Nanoseconds)
    case bytes(UInt64)
    case stream(UInt64)
    case headers
    case anything
    /// One of the words above with something that does not go with it.
    case wrong(String)

    static let longestDelay: UInt64 = 300

    /// Reads a path with its query.
    static func of(_ bytes: Span<UInt8>, _ target: Range<Int>) -> Route {
        if target.count <= 1 { return .itself }
        var end = target.lowerBound
        while end < target.upperBound && bytes[end] != 0x3F { end += 1 }
        let path = target.lowerBound..<end
        if matches(bytes, path, "/health") { return .health }
        if matches(bytes, path, "/headers") { return .headers }
        if matches(bytes, path, "/anything") || operand(bytes, path, "/anything/") != nil {
            return .anything
        }
        return withOperand(bytes, path)
    }

    private static func withOperand(_ bytes: Span<UInt8>, _ path: Range<Int>) -> Route {
        if let text = operand(bytes, path, "/status/") {
            guard let status = number(bytes, text), status >= 200, status < 600 else {
                return .wrong("/status/ takes a number from 200 to 599")
            }
            return .status(UInt16(status))
        }
        if let text = operand(bytes, path, "/bytes/") {
            guard let count = number(bytes, text) else { return .wrong("/bytes/ takes a number") }
            return .bytes(count)
        }
        if let text = operand(bytes, path, "/stream/") {
            guard let count = number(bytes, text) else { return .wrong("/stream/ takes a number") }
            return .stream(count)
        }
        if let text = operand(bytes, path, "/delay/") {
            guard let delay = seconds(bytes, text) else {
                return .wrong("/delay/ takes seconds from 0 to 300")
            }
            return .delay(delay)
        }
        return .itself
    }

    private static func matches(
        _ bytes: Span<UInt8>, _ path: Range<Int>, _ word: StaticString
    ) -> Bool {
        Ascii.equal(bytes, path, ignoringCase: word)
    }

    /// What stands behind `prefix`; nothing when the path does not begin with it.
    private static func operand(
        _ bytes: Span<UInt8>, _ path: Range<Int>, _ prefix: StaticString
    ) -> Range<Int>? {
        let count = prefix.utf8CodeUnitCount
        if path.count < count { return nil }
        let start = path.lowerBound
        return matches(bytes, start..<start + count, prefix) ? start + count..<path.upperBound : nil
    }

    /// A number of one to fifteen digits.
    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        if range.isEmpty || range.count > 15 { return nil }
        var value: UInt64 = 0
        for index in range {
            let digit = bytes[index] &- Ascii.zero
            if digit > 9 { return nil }
            value = value * 10 + UInt64(digit)
        }
        return value
    }

    /// `2` or `0.25`.
    private static func seconds(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Nanoseconds? {
        var point = range.lowerBound
        while point < range.upperBound && bytes[point] != 0x2E { point += 1 }
        guard let whole = number(bytes, range.lowerBound..<point), whole <= longestDelay else {
            return nil
        }
        var sum = whole * 1_000_000_000
        if point + 1 < range.upperBound {
            let digits = point + 1..<min(range.upperBound, point + 10)
            guard var fraction = number(bytes, digits) else { return nil }
            for _ in digits.count..<9 { fraction *= 10 }
            sum += fraction
        }
        return Nanoseconds(sum)
    }
}
