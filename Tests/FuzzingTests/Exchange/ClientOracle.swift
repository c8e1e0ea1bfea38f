/// What must hold for that which one client receives.
struct ClientOracle {
    private let play: Play
    private let client: Endpoint
    private let requests: [Reading.Request]
    /// Responses that were final.
    private var answers = 0

    init(_ play: Play, _ client: Endpoint, _ requests: [Reading.Request]) {
        self.play = play
        self.client = client
        self.requests = requests
    }

    private enum Next { case more, nothing }

    /// All that was received is responses, one a request and in their order; the last may be cut.
    mutating func examine() throws(Finding) {
        let bytes = client.received
        var position = 0
        while position < bytes.count, let head = try PlainMessage(keepsControls: bytes[position...])
        {
            position += head.length
            let status = try head.statusLine().status
            try require(
                answers <= requests.count, "\(answers + 1) answers to \(requests.count) requests")
            if status < 200 {
                if try interim(status) == .nothing { return }
                continue
            }
            let method = answers < requests.count ? requests[answers].method : []
            let framing = try head.responseFraming(answering: method)
            let body = try PlainBody(bytes[position...], framing)
            position += body.length
            let isOver =
                body.isComplete || (framing == .untilClose && client.end == .ended)
            try examine(head, status, body, isOver)
            answers += 1
            if !isOver { return }
            if head.elements("connection").contains(Array("close".utf8)) {
                try require(
                    position == bytes.count,
                    "bytes behind the last answer: \(shown(bytes[position...]))")
            }
        }
    }

    private func interim(_ status: Int) throws(Finding) -> Next {
        try require(answers < requests.count, "an interim answer to no request")
        try require(!requests[answers].isOld, "an interim answer to an HTTP/1.0 client")
        if status != 101 { return .more }
        try require(requests[answers].asksUpgrade, "the protocol is changed unasked")
        return .nothing
    }

    private func examine(
        _ head: PlainMessage, _ status: Int, _ body: PlainBody, _ isOver: Bool
    ) throws(Finding) {
        if answers >= requests.count {
            // To what is no request, or half of one.
            try require(status >= 400, "an answer of \(status) to what is no request")
            try require(
                head.elements("connection").contains(Array("close".utf8)),
                "a connection is kept after what is no request")
        }
        guard let mark = head.values("x-tag").first,
            let tag = Reading.tag(mark, play.secret)
        else {
            let isOurs = head.values("server").contains(Array("lbctl".utf8))
            try require(isOurs || play.isDishonest, "an answer of nobody: \(status)")
            return
        }
        try require(
            answers < requests.count && requests[answers].tag(play.secret) == tag,
            "the answer to another request: \(shown(mark))")
        let sizes = play.bodySizes[tag] ?? []
        let isEmpty =
            requests[answers].method == Array("HEAD".utf8) || status == 204 || status == 304
        if isEmpty {
            try require(body.data.isEmpty, "a body where there is none")
            return
        }
        let full = Sample.body(tag, sizes.max() ?? 0)
        try require(full.starts(with: body.data), "a body of another answer: \(shown(mark))")
        try require(
            !isOver || sizes.contains(body.data.count) || play.shortened.contains(tag),
            "a cut answer looks whole: \(shown(mark)), \(body.data.count) of \(sizes)")
    }
}
