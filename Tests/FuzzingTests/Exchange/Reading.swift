import HTTP1

/// What was said over a connection, read as messages.
enum Reading {
    /// A request as it was sent or received.
    struct Request {
        var method: [UInt8]
        /// As it is sent on.
        var target: [UInt8]
        var body: [UInt8] = []
        var isComplete = false
        var asksUpgrade = false
        var isOld = false

        var isIdempotent: Bool {
            ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].contains(
                String(decoding: method, as: UTF8.self))
        }

        /// The number of a request that the play made.
        func tag(_ secret: String) -> Int? {
            Reading.tag(target.dropFirst(2), secret)
        }
    }

    static func tag(_ text: some Sequence<UInt8>, _ secret: String) -> Int? {
        let parts = String(decoding: Array(text), as: UTF8.self).split(separator: "-")
        guard parts.count == 2, parts[1] == secret else { return nil }
        return Int(parts[0])
    }

    /// What a backend has received: the naive reader must understand all of it.
    static func backendRequests(_ bytes: [UInt8]) throws(Finding) -> [Request] {
        var requests: [Request] = []
        var position = 0
        while let head = try PlainMessage(bytes[position...]) {
            let line = try head.requestLine()
            try require(
                line.version == Array("HTTP/1.1".utf8), "a backend is sent another version")
            try require(head.values("host").count == 1, "a backend is sent not one Host")
            position += head.length
            let body = try PlainBody(bytes[position...], try head.requestFraming())
            position += body.length
            let asksUpgrade = !head.values("upgrade").isEmpty
            requests.append(
                Request(
                    method: line.method, target: line.target, body: body.data,
                    isComplete: body.isComplete, asksUpgrade: asksUpgrade))
            // What follows it may be another protocol.
            if !body.isComplete || asksUpgrade { break }
        }
        return requests
    }

    /// What a client has sent, as the parser of the house reads it; and whether the rest, if there
    /// is one, can't be read.
    static func clientRequests(_ bytes: [UInt8]) -> [Request] {
        var requests: [Request] = []
        var position = 0
        var head = RequestHead()
        while position < bytes.count {
            let rest = Array(bytes[position...])
            guard case .complete(let length) = head.parse(rest.span, limits: HeadLimits()) else {
                break
            }
            var target = Array(rest[head.pathAndQuery.range])
            if head.targetForm == .absolute && target.first != 0x2F {
                let isAll = target.isEmpty && head.method == .options
                target = (isAll ? [0x2A] : [0x2F]) + target
            }
            var request = Request(
                method: Array(rest[head.methodRange.range]), target: target,
                asksUpgrade: head.upgrade != nil, isOld: head.minorVersion == 0)
            position += length
            let isSound = takeBody(
                Array(rest[length...]), head.framing, &request, &position)
            requests.append(request)
            if !isSound || !request.isComplete { break }
        }
        return requests
    }

    private static func takeBody(
        _ bytes: [UInt8], _ framing: BodyFraming, _ request: inout Request, _ position: inout Int
    ) -> Bool {
        switch framing {
        case .none, .untilClose: request.isComplete = true
        case .length(let length):
            request.body = Array(bytes.prefix(Int(clamping: length)))
            request.isComplete = UInt64(request.body.count) == length
            position += request.body.count
        case .chunked:
            var decoder = ChunkedDecoder(from: .client)
            var offset = 0
            while true {
                switch decoder.next(bytes.span, from: offset) {
                case .data(let range):
                    request.body += bytes[range]
                    offset = range.upperBound
                case .needsMore: return true
                case .end(_, let consumed):
                    request.isComplete = true
                    position += consumed
                    return true
                case .malformed: return false
                }
            }
        }
        return true
    }
}
