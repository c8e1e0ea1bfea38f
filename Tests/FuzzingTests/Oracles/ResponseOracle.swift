import Basics
import HTTP1

/// What must hold for the parser of response heads, whatever bytes it is given.
enum ResponseOracle {
    private static let methods: [(Method, [UInt8])] = [
        (.get, Array("GET".utf8)), (.head, Array("HEAD".utf8)), (.post, Array("POST".utf8)),
    ]

    static func examine(_ bytes: [UInt8]) throws(Finding) {
        var head = ResponseHead()
        let whole = head.parse(bytes.span, limits: HeadLimits())
        for cut in Cuts.of(bytes.count) {
            let part = Array(bytes[..<cut])
            try Cuts.compare(head.parse(part.span, limits: HeadLimits()), whole, cut)
        }
        try require(
            head.parse(bytes.span, limits: HeadLimits()) == whole, "parsed again it is another")
        guard case .complete(let length) = whole else { return }
        guard let plain = try PlainMessage(lenient: bytes[..<length]) else {
            throw Finding("a head is complete that has no end")
        }
        try require(plain.length == length, "the end of a head is elsewhere")
        let (status, isOld) = try plain.statusLine()
        try require(status == Int(head.status), "the status is another")
        try require(isOld == (head.minorVersion == 0), "the version is another")
        try require(head.hasDate == !plain.values("date").isEmpty, "the date is another")
        for (method, name) in methods {
            try require(
                RequestOracle.framing(head.framing(answering: method))
                    == plain.responseFraming(answering: name), "the framing is another")
        }
        for word in [
            ResponseHead.ConnectionWord.keepAlive, .keepAliveFor10, .close, .upgrade,
        ] {
            for (method, name) in methods {
                try examineForwarded(bytes, plain, method, name, word)
            }
        }
    }

    /// The head as it is sent on frames the same body, and says nothing of the hop behind.
    private static func examineForwarded(
        _ bytes: [UInt8], _ plain: PlainMessage, _ method: Method, _ name: [UInt8],
        _ word: ResponseHead.ConnectionWord
    ) throws(Finding) {
        var head = ResponseHead()
        _ = head.parse(bytes.span, limits: HeadLimits())
        let framing = head.framing(answering: method)
        var out = ByteQueue(capacity: 64)
        head.writeForwarded(
            from: bytes.span, connection: word, chunked: framing == .chunked, adding: Span(),
            to: &out)
        let sent = out.array
        guard let reread = try PlainMessage(keepsControls: sent[...]), reread.length == sent.count
        else {
            throw Finding("sent on, it does not end where it should: \(shown(sent))")
        }
        // Of ours there may be two lines more than the parser has room for.
        if plain.fields.count + 2 <= HeadLimits.fieldCapacity {
            try examineAgain(sent, head, method)
        }
        try require(
            try reread.responseFraming(answering: name) == RequestOracle.framing(framing),
            "others would see another framing: \(shown(sent))")
        try examineConnection(plain, reread, word, sent)
        if !head.needsRewrite && word == .keepAlive && framing != .chunked
            && plain.values("transfer-encoding").isEmpty
        {
            try require(Array(bytes[..<plain.length]) == sent, "it need not change, and did")
        }
    }

    /// The parser of the house reads what was sent as what came.
    private static func examineAgain(
        _ sent: [UInt8], _ head: borrowing ResponseHead, _ method: Method
    ) throws(Finding) {
        let (status, framing) = (head.status, head.framing(answering: method))
        var again = ResponseHead()
        var limits = HeadLimits()
        limits.maxBytes = 1 << 20
        limits.maxFields = HeadLimits.fieldCapacity
        let result = again.parse(sent.span, limits: limits)
        try require(
            result == .complete(length: sent.count), "sent on, it is \(result): \(shown(sent))")
        try require(again.status == status, "another status is sent: \(shown(sent))")
        try require(again.minorVersion == 1, "an old version is sent: \(shown(sent))")
        try require(
            again.framing(answering: method) == framing, "another framing: \(shown(sent))")
    }

    private static func examineConnection(
        _ plain: PlainMessage, _ sent: PlainMessage, _ word: ResponseHead.ConnectionWord,
        _ bytes: [UInt8]
    ) throws(Finding) {
        let words = sent.elements("connection")
        try require(
            words.contains(Array("close".utf8)) == (word == .close), "close: \(shown(bytes))")
        try require(
            words.contains(Array("keep-alive".utf8)) == (word == .keepAliveFor10),
            "keep-alive: \(shown(bytes))")
        for name in ["keep-alive", "proxy-connection", "te"] {
            try require(sent.values(name).isEmpty, "\(name) is sent on: \(shown(bytes))")
        }
        let hasUpgrade = !sent.values("upgrade").isEmpty
        try require(
            !hasUpgrade || words.contains(Array("upgrade".utf8)),
            "Upgrade is sent without Connection: \(shown(bytes))")
        for name in ["set-cookie", "cache-control", "content-type", "date"] {
            try require(
                sent.values(name).count == plain.values(name).count,
                "\(name) is lost: \(shown(bytes))")
        }
    }
}
