import Basics
import HTTP1

/// What must hold for the parser of request heads, whatever bytes it is given.
enum RequestOracle {
    static func examine(_ bytes: [UInt8]) throws(Finding) {
        var head = RequestHead()
        let whole = head.parse(bytes.span, limits: HeadLimits())
        let facts = Facts(head, bytes, whole)
        try examinePrefixes(bytes, whole, facts, &head)
        guard case .complete(let length) = whole else { return }
        try require(length <= bytes.count, "a head is longer than what was given")
        try examineBudget(bytes, length)
        let plain = try Self.plain(bytes[..<length], length)
        try compare(plain, facts)
        // The head was parsed in pieces, in the same memory; now it is written from that.
        try examineForwarded(bytes, plain, facts)
    }

    /// What a parsed head says, to be compared.
    struct Facts: Equatable {
        var method: [UInt8] = []
        var target: [UInt8] = []
        var host: [UInt8] = []
        var path: [UInt8] = []
        var framing = BodyFraming.none
        var minorVersion: UInt8 = 0
        var isPersistent = false
        var upgrade: [UInt8]?
        var requestID: [UInt8]?
        var form = RequestHead.TargetForm.origin

        init(_ head: borrowing RequestHead, _ bytes: [UInt8], _ result: HeadParse) {
            guard case .complete = result else { return }
            method = Array(bytes[head.methodRange.range])
            target = Array(bytes[head.target.range])
            host = Array(bytes[head.host.range])
            path = Array(bytes[head.pathAndQuery.range])
            framing = head.framing
            minorVersion = head.minorVersion
            isPersistent = head.isPersistent
            upgrade = head.upgrade.map { Array(bytes[$0.range]) }
            requestID = head.requestID.map { Array(bytes[$0.range]) }
            form = head.targetForm
        }
    }

    /// However the bytes come in, what is made of them is the same.
    private static func examinePrefixes(
        _ bytes: [UInt8], _ whole: HeadParse, _ facts: Facts, _ head: inout RequestHead
    ) throws(Finding) {
        for cut in Cuts.of(bytes.count) {
            let part = Array(bytes[..<cut])
            let result = head.parse(part.span, limits: HeadLimits())
            try Cuts.compare(result, whole, cut)
            if case .complete = result {
                try require(
                    Facts(head, part, result) == facts, "the head says something else at \(cut)")
            }
        }
        let again = head.parse(bytes.span, limits: HeadLimits())
        try require(again == whole, "parsed again it is \(again) and was \(whole)")
        try require(Facts(head, bytes, again) == facts, "parsed again it says something else")
    }

    /// The limit is kept to the byte.
    private static func examineBudget(_ bytes: [UInt8], _ length: Int) throws(Finding) {
        var head = RequestHead()
        var limits = HeadLimits()
        limits.maxBytes = length
        try require(
            head.parse(bytes.span, limits: limits) == .complete(length: length),
            "a head of just the allowed length is refused")
        limits.maxBytes = length - 1
        try require(
            head.parse(bytes.span, limits: limits) == .malformed(.headTooLarge),
            "a head longer than allowed is taken")
    }

    private static func plain(
        _ bytes: ArraySlice<UInt8>, _ length: Int
    ) throws(Finding) -> PlainMessage {
        guard let plain = try PlainMessage(bytes, skipsEmptyLines: true) else {
            throw Finding("a head is complete that has no end")
        }
        try require(plain.length == length, "the end of a head is elsewhere")
        return plain
    }

    private static func compare(_ plain: PlainMessage, _ facts: Facts) throws(Finding) {
        let line = try plain.requestLine()
        try require(line.method == facts.method, "the method is another")
        try require(line.target == facts.target, "the target is another")
        try require((line.version.last == 0x30) == (facts.minorVersion == 0), "another version")
        try require(plain.values("host").count <= 1, "a head with two hosts is taken")
        try require(
            facts.minorVersion == 0 || plain.values("host").count == 1, "no host, and taken")
        if facts.form != .absolute {
            try require((plain.values("host").first ?? []) == facts.host, "the host is another")
        }
        try require(
            try plain.requestFraming() == Self.framing(facts.framing), "the framing is another")
        if facts.minorVersion == 0 {
            try require(plain.elements("transfer-encoding").isEmpty, "1.0 with chunks is taken")
        }
        let words = plain.elements("connection")
        let closes = words.contains(Array("close".utf8))
        let keeps = facts.minorVersion == 1 || words.contains(Array("keep-alive".utf8))
        try require(facts.isPersistent == (keeps && !closes), "persistence is another")
    }

    static func framing(_ framing: BodyFraming) -> PlainFraming {
        switch framing {
        case .none: .none
        case .length(let length): .length(Int(length))
        case .chunked: .chunked
        case .untilClose: .untilClose
        }
    }
}
