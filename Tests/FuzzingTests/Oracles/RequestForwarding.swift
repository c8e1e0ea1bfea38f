import Basics
import HTTP1

extension RequestOracle {
    /// The head as it is sent on says the same, and nothing of this hop.
    static func examineForwarded(
        _ bytes: [UInt8], _ plain: PlainMessage, _ facts: Facts
    ) throws(Finding) {
        for isTrusted in [false, true] {
            let sent = Self.forwarded(bytes, isTrusted)
            var head = RequestHead()
            var limits = HeadLimits()
            limits.maxBytes = 1 << 20
            limits.maxFields = HeadLimits.fieldCapacity
            limits.maxTarget = 1 << 20
            let result = head.parse(sent.span, limits: limits)
            try require(
                result == .complete(length: sent.count), "sent on, it is \(result): \(shown(sent))")
            let again = Facts(head, sent, result)
            guard let reread = try PlainMessage(sent[...]) else {
                throw Finding("sent on, it has no end: \(shown(sent))")
            }
            try compareSent(facts, again, sent)
            try examineFields(plain, reread, facts, isTrusted, sent)
        }
    }

    private static func forwarded(_ bytes: [UInt8], _ isTrusted: Bool) -> [UInt8] {
        var head = RequestHead()
        _ = head.parse(bytes.span, limits: HeadLimits())
        var fields = ForwardedFields()
        fields.clientAddress = InlineText("192.0.2.1".utf8.span)
        fields.requestID = InlineText("own".utf8.span)
        fields.fallbackHost = InlineText("fallback".utf8.span)
        fields.isTrusted = isTrusted
        fields.writesForwarded = isTrusted
        var out = ByteQueue(capacity: 64)
        head.writeForwarded(from: bytes.span, adding: fields, to: &out)
        return out.array
    }

    private static func compareSent(
        _ facts: Facts, _ again: Facts, _ sent: [UInt8]
    ) throws(Finding) {
        try require(again.method == facts.method, "another method is sent: \(shown(sent))")
        try require(again.framing == facts.framing, "another framing is sent: \(shown(sent))")
        try require(again.minorVersion == 1, "an old version is sent: \(shown(sent))")
        try require(again.upgrade == facts.upgrade, "another upgrade is sent: \(shown(sent))")
        if facts.form == .absolute {
            try require(again.host == facts.host, "another host is sent: \(shown(sent))")
            let path =
                again.path.first == 0x2F && facts.path.first != 0x2F
                ? Array(again.path.dropFirst()) : again.path
            let isAsterisk = facts.path.isEmpty && again.path == [0x2A]
            try require(isAsterisk || path == facts.path, "another path is sent: \(shown(sent))")
        } else {
            try require(again.target == facts.target, "another target is sent: \(shown(sent))")
        }
        if let id = facts.requestID {
            try require(again.requestID == id, "another identifier is sent: \(shown(sent))")
        }
    }

    private static func examineFields(
        _ plain: PlainMessage, _ sent: PlainMessage, _ facts: Facts, _ isTrusted: Bool,
        _ bytes: [UInt8]
    ) throws(Finding) {
        try require(sent.values("host").count == 1, "not one Host is sent: \(shown(bytes))")
        // RFC 9110 §10.1.4: of TE nothing but this, and from a client that may get trailers.
        let takesTrailers =
            facts.minorVersion == 1 && plain.elements("te").contains(Array("trailers".utf8))
        let options = (facts.upgrade == nil ? [] : ["upgrade"]) + (takesTrailers ? ["te"] : [])
        try require(
            sent.elements("connection") == options.map { Array($0.utf8) },
            "Connection is another: \(shown(bytes))")
        try require(
            sent.values("te") == (takesTrailers ? [Array("trailers".utf8)] : []),
            "TE is another: \(shown(bytes))")
        for name in ["keep-alive", "proxy-connection", "trailer"] {
            try require(sent.values(name).isEmpty, "\(name) is sent on: \(shown(bytes))")
        }
        // To CGI and its kin an underscore is a dash: such a field would pass for ours.
        let ours = Set(
            [
                "content-length", "transfer-encoding", "keep-alive", "proxy-connection",
                "max-forwards", "http2-settings", "x-request-id",
            ].map { Array($0.utf8) })
        for field in sent.fields where field.name.contains(0x5F) {
            let dashed = field.name.map { $0 == 0x5F ? 0x2D : $0 }
            try require(!ours.contains(dashed), "a copy of our field is sent on: \(shown(bytes))")
        }
        let kept: Set<[UInt8]> = Set(
            [
                "host", "via", "expect", "date", "x-request-id", "max-forwards", "upgrade",
                "connection", "content-length", "transfer-encoding", "forwarded", "authorization",
                "cookie", "set-cookie", "origin", "cache-control", "content-type",
                "content-encoding", "content-range", "close", "keep-alive", "te", "",
            ].map { Array($0.utf8) })
        for option in plain.elements("connection") where !kept.contains(option) {
            let text = String(decoding: option, as: UTF8.self)
            if text.hasPrefix("x-forwarded-") || text == "x-real-ip" { continue }
            try require(
                sent.values(text).isEmpty, "the nominated \(text) is sent on: \(shown(bytes))")
        }
        try require(
            sent.values("via").count == plain.values("via").count + 1, "Via is not added")
        try require(sent.values("x-forwarded-for").count == 1, "not one X-Forwarded-For")
        let last = sent.elements("x-forwarded-for").last
        try require(last == Array("192.0.2.1".utf8), "the client's address is not the last")
        if !isTrusted {
            try require(sent.elements("x-forwarded-for").count == 1, "a claim is sent on")
            try require(sent.values("forwarded").isEmpty, "a claim is sent on")
            try require(sent.values("x-real-ip").isEmpty, "a claim is sent on")
        }
        try require(sent.values("x-request-id").count == 1, "not one X-Request-Id")
    }
}

extension ByteQueue {
    var array: [UInt8] {
        let span = bytes
        var copy: [UInt8] = []
        copy.reserveCapacity(span.count)
        for index in span.indices { copy.append(span[index]) }
        return copy
    }
}
