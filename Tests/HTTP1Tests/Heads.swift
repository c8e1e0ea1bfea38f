import Basics

@testable import HTTP1

/// What a parsed request says, in types that can be compared.
struct Request: Equatable {
    var method = ""
    var target = ""
    var host = ""
    var path = ""
    var framing = BodyFraming.none
    var isPersistent = true
    var upgrade: String?
    var length = 0
}

func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    var result: [UInt8] = []
    for index in range { result.append(bytes[index]) }
    return String(decoding: result, as: UTF8.self)
}

/// What comes of parsing `bytes` as a request head.
func parse(_ bytes: [UInt8], limits: HeadLimits = HeadLimits()) -> HeadParse {
    var head = RequestHead()
    return head.parse(bytes.span, limits: limits)
}

func parse(_ head: String) -> HeadParse { parse(Array(head.utf8)) }

/// Why a request head is refused; nil where it is not.
func fault(_ head: String) -> Malformation? {
    if case .malformed(let reason) = parse(head) { return reason }
    return nil
}

/// What a head says that is complete; nil where it is not.
func request(_ head: String) -> Request? {
    let bytes = Array(head.utf8)
    var parsed = RequestHead()
    guard case .complete(let length) = parsed.parse(bytes.span, limits: HeadLimits()) else {
        return nil
    }
    return Request(
        method: text(bytes.span, parsed.methodRange.range),
        target: text(bytes.span, parsed.target.range), host: text(bytes.span, parsed.host.range),
        path: text(bytes.span, parsed.pathAndQuery.range), framing: parsed.framing,
        isPersistent: parsed.isPersistent,
        upgrade: parsed.upgrade.map { text(bytes.span, $0.range) }, length: length)
}

/// The head as it is sent on; nil where it is not complete.
func forwarded(
    _ head: String, isTrusted: Bool = false, change: (inout ForwardedFields) -> Void = { _ in }
) -> String? {
    let bytes = Array(head.utf8)
    var parsed = RequestHead()
    guard case .complete = parsed.parse(bytes.span, limits: HeadLimits()) else { return nil }
    var fields = ForwardedFields()
    fields.clientAddress = InlineText("192.0.2.1".utf8.span)
    fields.requestID = InlineText("ID".utf8.span)
    fields.isTrusted = isTrusted
    change(&fields)
    var out = ByteQueue(capacity: 64)
    parsed.writeForwarded(from: bytes.span, adding: fields, to: &out)
    return text(out.bytes, out.bytes.indices)
}

/// The lines of a head that is sent on, without those we add to each.
func lines(_ head: String?) -> [String] {
    (head ?? "").split(separator: "\r\n").map(String.init).filter { line in
        ![
            "Via: 1.1 lbctl", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: http",
            "X-Forwarded-Host: h", "X-Request-Id: ID",
        ].contains(line)
    }
}
