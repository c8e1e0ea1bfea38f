import Basics
import Control
import HTTP1
import Kernel
import ProxyProtocol

@testable import Balancing

/// An exchange and the part that rewrites its heads, in a box: the macros can't take apart what
/// they may not copy.
final class RewrittenHeads {
    static let start = Instant(nanoseconds: 1_000_000_000)
    static let direct = ClientSource(.inet(0xC000_0207, port: 4711), isTrusted: false)
    static let direct6 = ClientSource(.inet6(0x2001_0DB8 << 32, 7, port: 4711), isTrusted: false)
    static let near = ClientSource(.loopback(port: 4711), isTrusted: false)
    static let proxy = ClientSource(.inet(0x0A00_0001, port: 4711), isTrusted: true)
    /// It has no address that could be counted.
    static let nowhere = ClientSource(.unix("/run/socket"), isTrusted: false)

    private(set) var heads: HeadRewriter
    private(set) var exchange: Exchange

    /// It trusts 10.0.0.0/8, is called `lb` in Via, and its time is that of the epoch.
    init(_ change: (inout HeadRewriter.Terms) -> Void = { _ in }) {
        var terms = HeadRewriter.Terms()
        terms.proxies = TrustedProxies(["10.0.0.0/8"].compactMap { Network($0) })
        terms.pseudonym = InlineText("lb".utf8.span)
        terms.fallbackHost = InlineText("192.0.2.1:80".utf8.span)
        terms.cookieName = InlineText("lbctl-80".utf8.span)
        change(&terms)
        heads = HeadRewriter(terms, wallOffset: 0)
        exchange = Exchange(client: .init(0), startedAt: Self.start)
    }

    // MARK: The request

    /// Reads what has come of a request, another than before.
    func read(_ text: String) -> HeadParse {
        exchange = Exchange(client: .init(0), startedAt: Self.start)
        exchange.request.queue = ByteQueue(capacity: 4096, headroom: 1024)
        exchange.request.queue.append(text: text)
        return heads.readRequest(exchange.request)
    }

    /// Reads a head and keeps what is needed of it; how long the head is, or -1.
    func note(
        _ text: String, by client: ClientSource = direct, isLeaving: Bool = false
    ) -> Int {
        guard case .complete(let length) = read(text) else { return -1 }
        heads.asked(&exchange, by: client, isLeaving: isLeaving, now: Self.start)
        return length
    }

    /// What a backend is sent for it.
    func sent(
        _ text: String, by client: ClientSource = direct, behind header: ProxyHeader? = nil,
        isLeaving: Bool = false
    ) -> String {
        let length = note(text, by: client, isLeaving: isLeaving)
        if length < 0 { return "" }
        let isChunked = heads.request.framing == .chunked
        heads.rewriteRequest(
            &exchange, length, from: client, behind: header,
            framing: isChunked ? ByteQueue(capacity: 4096) : ByteQueue())
        _ = exchange.request.digest()
        return Self.pending(exchange.request)
    }

    /// The lines of the head that a backend is sent, without the request's and the empty one.
    func lines(_ text: String, by client: ClientSource = direct) -> [String] {
        Self.lines(of: sent(text, by: client))
    }

    static func lines(of message: String) -> [String] {
        var lines: [String] = []
        for line in message.split(separator: "\r\n", omittingEmptySubsequences: false).dropFirst() {
            if line.isEmpty { break }
            lines.append(String(line))
        }
        return lines
    }

    var refusal: Cause? { heads.refusal(exchange.request) }
    var format: AnswerFormat { heads.format(exchange) }
    func refused(_ length: Int) { heads.refused(&exchange, length) }
    func answer(refusing cause: Cause) -> OwnAnswer { heads.answer(refusing: cause) }

    /// Method and target as the access log has them.
    var line: String {
        known { Utf8.string($0.line(Limits.loggedTarget)) }
    }

    /// The backend takes all that is there of the request.
    func take() { exchange.request.didSend(exchange.request.pendingCount) }

    // MARK: The response

    /// What is made of a head that a backend sends, as far as it is decided at once.
    func answered(_ text: String) -> HeadRewriter.Answered? {
        // Behind what is still to be sent of an interim response.
        if exchange.response.queue.capacity == 0 {
            exchange.response.queue = ByteQueue(capacity: 8192)
        }
        exchange.response.queue.append(text: text)
        guard case .complete(let length) = heads.readResponse(exchange.response) else { return nil }
        self.length = length
        return heads.answered(&exchange, length)
    }

    /// How long the head that was last answered with was.
    private(set) var length = 0

    /// What the client is sent of a final response; its body lies behind the head.
    func received(
        _ text: String, cookie: HeadRewriter.Cookie? = nil, isLeaving: Bool = false
    ) -> String {
        guard case .final = answered(text) else { return "" }
        let body = heads.response.framing(answering: exchange.asked.method)
        heads.rewriteResponse(
            &exchange, length, body: body,
            framing: body == .chunked ? ByteQueue(capacity: 4096) : ByteQueue(), cookie: cookie,
            isLeaving: isLeaving, now: Self.start)
        _ = exchange.response.digest()
        return Self.pending(exchange.response)
    }

    /// The head as it would be written whether or not it could go as it lies.
    func written(_ word: ResponseHead.ConnectionWord, chunked: Bool) -> String {
        var text = ByteQueue(capacity: 4096)
        exchange.response.write(
            heads.response, word, chunked: chunked, adding: InlineText(), to: &text)
        return Utf8.string(text.bytes)
    }

    var isSentAsItLies: Bool { heads.response.isSentAsItLies }
    var keepAliveSeconds: UInt64? { heads.keepAliveSeconds(exchange.response) }
    var toClient: String { Self.pending(exchange.response) }

    /// The protocol is changed; what either side is sent first.
    func switchProtocol() -> (client: String, backend: String) {
        heads.switchProtocol(&exchange, length)
        let client = known { Utf8.string($0.stream.down.queue.bytes) }
        return (client, known { Utf8.string($0.stream.up.queue.bytes) })
    }

    /// An answer of the balancer's own.
    func own(_ own: OwnAnswer, isLeaving: Bool = false) -> String {
        heads.answer(&exchange, own, isLeaving: isLeaving, now: Self.start)
        return Self.pending(exchange.response)
    }

    // MARK: What the exchange knows

    func change(_ body: (inout Exchange) -> Void) { body(&exchange) }
    func changeHeads(_ body: (inout HeadRewriter) -> Void) { body(&heads) }
    func known<Value>(_ value: (borrowing Exchange) -> Value) -> Value { value(exchange) }

    /// All that can be sent, with what is in front of the head.
    private static func pending(_ relay: borrowing Relay) -> String {
        var text = ByteQueue(capacity: 4096)
        if relay.prefix > 0 { text.append(relay.queue.bytes.extracting(0..<relay.prefix)) }
        text.append(relay.first(.max / 2))
        return Utf8.string(text.bytes)
    }
}

extension RewrittenHeads {
    var keepsClient: Bool { known { $0.answering.keepsClient } }
    var requestID: String { known { Utf8.string($0.asked.identifier()) } }
    var phase: Exchange.Phase { known { $0.phase } }
}
