import Basics
import HTTP1

/// What must hold for the decoder of chunked bodies, whatever bytes it is given.
enum ChunkedOracle {
    private struct Outcome: Equatable {
        var data: [UInt8] = []
        var trailers: [UInt8] = []
        /// Where the body ended; nothing where it has not.
        var length: Int?
        var refusal: Malformation?
    }

    static func examine(_ bytes: [UInt8]) throws(Finding) {
        let strict = try examine(bytes, .client)
        let lenient = try examine(bytes, .backend)
        try require(
            strict.refusal != nil || strict == lenient,
            "of a client it is \(strict), and of a backend \(lenient)")
    }

    private static func examine(_ bytes: [UInt8], _ sender: Sender) throws(Finding) -> Outcome {
        let whole = try decode(bytes, step: bytes.count, sender)
        for step in [1, 2, 3, 7, 16, 61] where step < bytes.count {
            let other = try decode(bytes, step: step, sender)
            try require(
                other == whole, "in pieces of \(step) it is \(other), and whole \(whole)")
        }
        if whole.refusal != nil { return whole }
        try require(whole.data.count <= bytes.count, "more was decoded than was there")
        if let length = whole.length {
            try require(length <= bytes.count, "the end is behind the end")
            // RFC 9112 §7.1: the end of the body decides, not what follows it.
            let alone = try decode(Array(bytes[..<length]), step: length, sender)
            try require(alone == whole, "without what follows it is another")
            try examineAnew(whole)
        }
        return whole
    }

    private static func decode(
        _ bytes: [UInt8], step: Int, _ sender: Sender
    ) throws(Finding) -> Outcome {
        var decoder = ChunkedDecoder(from: sender)
        var outcome = Outcome()
        var digested = 0
        var end = 0
        repeat {
            end = min(end + max(1, step), bytes.count)
            let window = Array(bytes[digested..<end])
            var offset = 0
            pieces: while true {
                switch decoder.next(window.span, from: offset) {
                case .data(let range):
                    try require(
                        range.lowerBound >= offset && range.upperBound <= window.count
                            && !range.isEmpty, "data at \(range) of \(window.count)")
                    outcome.data += window[range]
                    offset = range.upperBound
                case .needsMore(let consumed):
                    try require(
                        (offset...window.count).contains(consumed), "consumed \(consumed)")
                    digested += consumed
                    break pieces
                case .end(let trailers, let consumed):
                    try require(
                        trailers.upperBound <= consumed && consumed <= window.count,
                        "an end at \(consumed)")
                    outcome.trailers = Array(window[trailers])
                    outcome.length = digested + consumed
                    return outcome
                case .malformed(let reason):
                    outcome.refusal = reason
                    return outcome
                }
            }
        } while end < bytes.count
        return outcome
    }

    /// Framed anew, the body says the same to us and to others, and no trailer rules the message.
    private static func examineAnew(_ whole: Outcome) throws(Finding) {
        var out = ByteQueue(capacity: 64)
        for start in stride(from: 0, to: whole.data.count, by: 100) {
            let piece = Array(whole.data[start..<min(start + 100, whole.data.count)])
            ChunkedWriter.appendHeader(size: piece.count, to: &out)
            out.append(piece.span)
            ChunkedWriter.appendDataEnd(to: &out)
        }
        let lines = whole.trailers
        ChunkedWriter.appendEnd(trailers: 0..<lines.count, from: lines.span, to: &out)
        let sent = out.array
        let again = try decode(sent, step: sent.count, .client)
        try require(
            again.data == whole.data && again.length == sent.count,
            "framed anew it is another: \(shown(sent))")
        let plain = try PlainBody(sent[...], .chunked)
        try require(
            plain.isComplete && plain.data == whole.data && plain.length == sent.count,
            "others read it differently: \(shown(sent))")
        let forbidden: Set<String> = [
            "content-length", "transfer-encoding", "host", "connection", "trailer", "te",
            "authorization", "set-cookie", "content-type", "upgrade", "x-forwarded-for",
        ]
        for (name, _) in plain.trailers {
            let text = String(decoding: name, as: UTF8.self)
            try require(!forbidden.contains(text), "the trailer \(text) is sent on")
        }
    }
}
