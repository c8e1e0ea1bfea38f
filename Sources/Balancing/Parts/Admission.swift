import Basics
import Choosing
import Control
import Kernel
import ProxyProtocol

/// Which clients are let in, and how often each may ask.
///
/// A client that goes on asking too often is banned, one has no more than so many connections, and
/// where proxies introduce their clients no others may connect. A proxy that is trusted is held to
/// none of the rules for clients: it speaks for others.
struct Admission: ~Copyable {
    /// What it goes by, from the options, and what all workers share.
    struct Terms {
        var proxies = TrustedProxies([])
        /// Whether a proxy names the client before the first byte of it.
        var acceptsHeaders = false
        /// Whether backends are told what proxies have said.
        var keepsHeaders = false
        /// How often a client may ask; `nil` where it may ask as often as it likes.
        var rules: ClientRules?
        /// How many connections each has; `nil` where it may have any number.
        var connectionCounts: ClientConnectionCounts?
    }

    /// What becomes of a connection as it comes.
    enum Arrival: Equatable {
        /// It is the client's own.
        case enters(Entry)
        /// It is a proxy's, which is yet to name the client.
        case awaitsHeader
        /// It should be a proxy's, and is not: it is reset.
        case isUntrusted
    }

    /// What becomes of a connection once its client is known.
    enum Entry: Equatable {
        /// It is served; and counted as one of `countedAs` until it has `left`.
        case admit(countedAs: ClientNetwork?)
        /// The client has as many as it may: it gets the `refusal`, and nothing of it is read.
        case refuse
        /// It is reset without a word.
        case shutOut
    }

    /// What came of looking for a proxy's header.
    enum Introduction: Equatable {
        /// It takes up so many bytes, and says this of the client.
        case complete(ProxyHeader, length: Int)
        /// More of it is to come.
        case partial
        /// It is longer than what has been looked at; there is room for all of it now.
        case cut
        case refuse(ProxyFault)
    }

    /// Why a client is not served now.
    struct Denial {
        let answer: OwnAnswer
        /// Whether its connection is closed after the answer.
        let closes: Bool
        /// What the service's log is told, where this is news.
        let news: BanNotice?
    }

    private let terms: Terms
    /// What proxies have said of clients, where backends are told.
    private var headers: [ClientConnection.Slot: ProxyHeader] = [:]
    /// The beginning of a connection, to be looked at and not taken: so nothing has to be kept of a
    /// header that is not complete, and what follows it stays where it is.
    var beginning = ByteQueue(capacity: Limits.proxyHeader)

    /// Whether a client may be denied anything for asking too often.
    let limitsRates: Bool

    init(_ terms: Terms) {
        self.terms = terms
        limitsRates = terms.rules != nil
    }

    /// The client of a connection, as far as the address says.
    func source(_ address: Address) -> ClientSource {
        ClientSource(address, isTrusted: terms.proxies.contains(address))
    }

    /// A connection has come in.
    func comes(_ source: ClientSource, now: Instant) -> Arrival {
        if !terms.acceptsHeaders { return .enters(enters(source, now: now)) }
        return source.isTrusted ? .awaitsHeader : .isUntrusted
    }

    /// The client is known: it may be banned, or have too many connections.
    private func enters(_ source: ClientSource, now: Instant) -> Entry {
        guard !source.isTrusted, let network = source.network else { return .admit(countedAs: nil) }
        if terms.rules?.isBanned(network, now: now) ?? false { return .shutOut }
        guard let connectionCounts = terms.connectionCounts else { return .admit(countedAs: nil) }
        return connectionCounts.enter(network) ? .admit(countedAs: network) : .refuse
    }

    /// Looks for the header in what lies in `beginning`. `hasEnded`: nothing more will come.
    mutating func looked(hasEnded: Bool) -> Introduction {
        switch ProxyHeader.parse(beginning.bytes) {
        case .malformed: return .refuse(.malformed)
        case .complete(let header, let length): return .complete(header, length: length)
        case .partial:
            if beginning.room == 0 && beginning.capacity < ProxyHeader.longest {
                beginning = ByteQueue(capacity: ProxyHeader.longest)
                return .cut
            }
            return hasEnded ? .refuse(.malformed) : .partial
        }
    }

    /// A proxy has said of which client the connection is: its client is the one named, and trusted
    /// only if it is a trusted proxy itself.
    mutating func introduced(
        _ client: ClientConnection.Slot, _ source: inout ClientSource, by header: ProxyHeader,
        now: Instant
    ) -> Entry {
        if terms.keepsHeaders { headers[client] = header }
        if let address = header.source { source = self.source(address) }
        return enters(source, now: now)
    }

    /// What was said of a client.
    func header(of client: ClientConnection.Slot) -> ProxyHeader? { headers[client] }

    /// A client asks for something: a request, or in TCP a connection. `nil` where it may.
    /// `byProxy`: on a proxy's connection, which is other clients' too.
    func asks(_ client: ClientNetwork, byProxy: Bool, now: Instant) -> Denial? {
        guard let rules = terms.rules, let refusal = rules.refuse(client, now: now) else {
            return nil
        }
        switch refusal {
        case .limited(let time):
            let answer = OwnAnswer(.tooManyRequests, "this address sends too many requests")
            return Denial(answer: answer.asking(toWait: time), closes: false, news: nil)
        case .banned(let time), .newlyBanned(let time):
            let answer = OwnAnswer(.banned, "this address went on sending too many requests")
            var news: BanNotice?
            if case .newlyBanned = refusal {
                news = rules.notice(of: client, bannedFor: time, now: now)
            }
            return Denial(answer: answer.asking(toWait: time), closes: !byProxy, news: news)
        }
    }

    /// A client's connection is closed, or could not be served.
    mutating func left(_ client: ClientConnection.Slot, countedAs network: ClientNetwork?) {
        if let network { terms.connectionCounts?.leave(network) }
        if !headers.isEmpty { headers[client] = nil }
    }

    /// The answer to a client that has as many connections as it may.
    static var refusal: OwnAnswer {
        OwnAnswer(.tooManyConnections, "this address has too many connections at a time")
    }
}

/// Why a connection of which a proxy should have spoken is not served: it can't be told which
/// client sent these bytes.
enum ProxyFault {
    case notTrusted, missing, malformed

    /// As in the access log.
    var word: StaticString {
        switch self {
        case .notTrusted: "proxy_not_trusted"
        case .missing: "proxy_header_missing"
        case .malformed: "proxy_header_malformed"
        }
    }
}

extension ProxyHeader {
    /// What a connection itself shows: where it comes from, and where it has arrived.
    init(from source: Address, to destination: Address) {
        switch (source, destination) {
        case (.inet(let source, let sourcePort), .inet(let destination, let destinationPort)):
            self = .inet(
                source: source, sourcePort: sourcePort, destination: destination,
                destinationPort: destinationPort)
        case (
            .inet6(let high, let low, let sourcePort),
            .inet6(let hereHigh, let hereLow, let destinationPort)
        ):
            self = .inet6(
                source: .init(high: high, low: low), sourcePort: sourcePort,
                destination: .init(high: hereHigh, low: hereLow), destinationPort: destinationPort)
        default: self = .local
        }
    }

    /// The client's address; `nil` where that is the proxy itself.
    var source: Address? {
        switch self {
        case .local: nil
        case .inet(let address, let port, _, _): .inet(address, port: port)
        case .inet6(let address, let port, _, _):
            Address.inet6(address.high, address.low, port: port).unmapped
        }
    }
}
