import Basics

/// A response that the balancer makes itself.
struct OwnAnswer {
    let status: UInt16
    /// One sentence for a person.
    let sentence: String

    static let badGateway = 502 as UInt16
    static let unavailable = 503 as UInt16
    static let gatewayTimeout = 504 as UInt16

    /// Writes head and body; the body is left out in the answer to HEAD.
    func write(
        to queue: inout ByteQueue, date: Span<UInt8>, closes: Bool, toHead: Bool, isOld: Bool
    ) {
        queue.append("HTTP/1.1 ")
        queue.append(decimal: UInt64(status))
        queue.append(" ")
        queue.append(Self.reason(status))
        queue.append("\r\nServer: lbctl\r\n")
        queue.append(date)
        queue.append("Content-Type: text/plain; charset=utf-8\r\nContent-Length: ")
        queue.append(decimal: UInt64(sentence.utf8.count + 1))
        queue.append("\r\n")
        if status == 503 { queue.append("Retry-After: 1\r\n") }
        if status == 405 { queue.append("Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH\r\n") }
        if closes {
            queue.append("Connection: close\r\n")
        } else if isOld {
            queue.append("Connection: keep-alive\r\n")
        }
        queue.append("\r\n")
        if !toHead {
            queue.append(text: sentence)
            queue.append("\n")
        }
    }

    private static func reason(_ status: UInt16) -> StaticString {
        switch status {
        case 400: "Bad Request"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 431: "Request Header Fields Too Large"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 508: "Loop Detected"
        default: "Error"
        }
    }
}

/// The Date line of the present second (RFC 9110 §6.6.1), made once a second.
struct DateLine {
    private var second: UInt64 = .max
    private var text = InlineText()
    private let wallOffset: UInt64

    init(wallOffset: UInt64) { self.wallOffset = wallOffset }

    /// `Date: Sat, 21 Nov 2026 08:00:00 GMT` with its line end.
    mutating func line(_ now: Instant) -> InlineText {
        let second = (now.nanoseconds &+ wallOffset) / 1_000_000_000
        if second != self.second {
            self.second = second
            text = Self.write(second)
        }
        return text
    }

    private static func write(_ second: UInt64) -> InlineText {
        let days = Int(second / 86400)
        // Howard Hinnant's civil_from_days: years begin in March, so that the leap day is the last.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let names = "JanFebMarAprMayJunJulAugSepOctNovDec"
        // 1970-01-01 was a Thursday.
        let weekdays = "ThuFriSatSunMonTueWed"
        var text = InlineText()
        append("Date: ", to: &text)
        append(three(weekdays, days % 7), to: &text)
        append(", \(two(day)) ", to: &text)
        append(three(names, month - 1), to: &text)
        let rest = Int(second % 86400)
        append(" \(year) \(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))", to: &text)
        append(" GMT\r\n", to: &text)
        return text
    }

    private static func append(_ more: String, to text: inout InlineText) {
        text.append(more.utf8.span)
    }

    private static func three(_ names: String, _ index: Int) -> String {
        String(names.dropFirst(index * 3).prefix(3))
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
