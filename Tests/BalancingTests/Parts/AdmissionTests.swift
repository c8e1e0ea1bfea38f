import Basics
import Choosing
import Control
import Kernel
import ProxyProtocol
import Scoreboard
import Testing

@testable import Balancing

/// Which clients are let in, which a proxy speaks for, and which ask too often.
@Suite struct AdmissionTests {
    private typealias Slot = ClientConnection.Slot
    private typealias Words = [UInt8]

    private static let start = Instant(nanoseconds: 1_000_000_000_000)
    private static let proxy = Address.inet(0x0A00_0001, port: 4711)
    private static let client = Address.inet(0xC000_0207, port: 4712)
    private static let client6 = Address.inet6(0x2001_0DB8 << 32, 7, port: 4713)
    private static let local = Address.unix("/run/socket")
    private static let all = [proxy, client, client6, local]
    private static let slot = Slot(3)

    /// What is tried, in a box: the macros can't take apart what they may not copy.
    private final class Tried {
        private var admission: Admission

        init(_ terms: Admission.Terms) { admission = Admission(terms) }

        var limitsRates: Bool { admission.limitsRates }
        func source(_ address: Address) -> ClientSource { admission.source(address) }
        func header(of slot: Slot) -> ProxyHeader? { admission.header(of: slot) }
        func left(_ slot: Slot, countedAs network: ClientNetwork?) {
            admission.left(slot, countedAs: network)
        }

        func comes(_ address: Address, after time: Nanoseconds = Nanoseconds(0))
            -> Admission.Arrival
        {
            admission.comes(admission.source(address), now: start + time)
        }

        func introduced(_ slot: Slot, _ source: inout ClientSource, by header: ProxyHeader)
            -> Admission.Entry
        {
            admission.introduced(slot, &source, by: header, now: start)
        }

        /// What comes of a connection that begins like this.
        func look(_ bytes: Words, hasEnded: Bool = false) -> Admission.Introduction {
            admission.beginning.removeAll()
            for byte in bytes.prefix(admission.beginning.room) { admission.beginning.append(byte) }
            return admission.looked(hasEnded: hasEnded)
        }

        /// Asks so often at one moment; the last denial, if any.
        @discardableResult
        func ask(
            _ client: ClientNetwork, times: Int, byProxy: Bool = false,
            after time: Nanoseconds = Nanoseconds(0)
        ) -> Admission.Denial? {
            var last: Admission.Denial?
            for _ in 0..<times {
                last = admission.asks(client, byProxy: byProxy, now: start + time)
            }
            return last
        }
    }

    private let scoreboard: Scoreboard

    init() throws { scoreboard = try Scoreboard(backends: 1, workers: 1) }

    /// It trusts 10.0.0.0/8, and has these rules besides.
    private func admission(
        headers: Bool = false, keeps: Bool = false, connections: Int? = nil,
        _ rules: ClientRules? = nil
    ) -> Tried {
        var terms = Admission.Terms()
        terms.proxies = TrustedProxies(["10.0.0.0/8"].compactMap { Network($0) })
        terms.acceptsHeaders = headers
        terms.keepsHeaders = keeps
        terms.connectionCounts = connections.map { ClientConnectionCounts(most: $0) }
        terms.rules = rules
        return Tried(terms)
    }

    /// Two at once, and one a second; a client that is refused so often is banned for a minute.
    private func rules(banAfter: Int? = nil, _ more: [String] = []) throws -> ClientRules {
        var words = ["--listen", "127.0.0.1:0", "--backend", "127.0.0.1:1"]
        words += ["--rate-limit", "1/s,burst=2"] + more
        if let banAfter { words += ["--ban", "60s,after=\(banAfter)"] }
        return ClientRules(try BalancerOptions(words: words), scoreboard)
    }

    private func network(_ address: Address) throws -> ClientNetwork {
        try #require(ClientNetwork(address))
    }

    private func header(_ header: ProxyHeader, _ version: ProxyHeader.Version) -> Words {
        var queue = ByteQueue(capacity: 256)
        header.append(as: version, to: &queue)
        let span = queue.bytes
        return span.indices.map { span[$0] }
    }

    private func said(of address: Address) -> ProxyHeader {
        let here: Address =
            if case .inet = address { .inet(0xC000_0201, port: 443) } else {
                .inet6(0x2001_0DB8 << 32, 1, port: 443)
            }
        return ProxyHeader(from: address, to: here)
    }

    // MARK: A connection comes

    @Test(arguments: all)
    func `without any rule all are let in, and none is counted`(_ address: Address) {
        #expect(admission().comes(address) == .enters(.admit(countedAs: nil)))
    }

    @Test func `the client of a connection is known`() throws {
        let admission = admission()
        let trusted = admission.source(Self.proxy)
        #expect(trusted.isTrusted && !trusted.isLocal && trusted.port == 4711)
        let direct = admission.source(Self.client)
        #expect(!direct.isTrusted && direct.network == .inet(0xC000_0207))
        #expect(Utf8.string(direct.address.bytes) == "192.0.2.7")
        let nowhere = admission.source(Self.local)
        #expect(nowhere.isLocal && !nowhere.isTrusted && nowhere.network == nil)
        #expect(nowhere.port == 0)
        #expect(admission.source(.loopback(port: 1)).isLocal)
    }

    @Test
    func `a client has so many connections, a proxy or a client without an address any number`() {
        let admission = admission(connections: 2)
        for address in [Self.client, Self.client6] {
            let counted = Admission.Entry.admit(countedAs: ClientNetwork(address))
            let entries = (0..<3).map { _ in admission.comes(address) }
            #expect(entries == [.enters(counted), .enters(counted), .enters(.refuse)])
        }
        for address in [Self.proxy, Self.local] {
            for _ in 0..<4 {
                #expect(admission.comes(address) == .enters(.admit(countedAs: nil)))
            }
        }
        #expect(Admission.refusal.cause == .tooManyConnections)
    }

    @Test func `a place is free again when a connection that was counted has left`() throws {
        let admission = admission(connections: 1)
        let network = try network(Self.client)
        #expect(admission.comes(Self.client) == .enters(.admit(countedAs: network)))
        // One that was refused was not counted, and frees nothing.
        #expect(admission.comes(Self.client) == .enters(.refuse))
        admission.left(Slot(1), countedAs: nil)
        #expect(admission.comes(Self.client) == .enters(.refuse))
        admission.left(Slot(0), countedAs: network)
        #expect(admission.comes(Self.client) == .enters(.admit(countedAs: network)))
    }

    @Test func `a banned client is shut out, and not counted`() throws {
        let admission = admission(connections: 1, try rules(banAfter: 1))
        let network = try network(Self.client)
        admission.ask(network, times: 3)
        #expect(admission.comes(Self.client) == .enters(.shutOut))
        // When the ban is over the one place is free.
        #expect(
            admission.comes(Self.client, after: .seconds(61))
                == .enters(.admit(countedAs: network)))
        #expect(
            admission.comes(Self.client6)
                == .enters(.admit(countedAs: ClientNetwork(Self.client6))))
    }

    @Test func `a proxy is let in though the same address is banned as a client`() throws {
        let admission = admission(try rules(banAfter: 1))
        admission.ask(try network(Self.proxy), times: 3)
        #expect(admission.comes(Self.proxy) == .enters(.admit(countedAs: nil)))
        #expect(admission.comes(Self.local) == .enters(.admit(countedAs: nil)))
    }

    @Test(arguments: all)
    func `where proxies introduce clients no others may connect`(_ address: Address) throws {
        let admission = admission(headers: true, connections: 0, try rules(banAfter: 1))
        if let network = ClientNetwork(address) { admission.ask(network, times: 3) }
        let isProxy = address == Self.proxy
        #expect(admission.comes(address) == (isProxy ? .awaitsHeader : .isUntrusted))
    }

    // MARK: A proxy's header

    @Test(arguments: [ProxyHeader.Version.text, .binary])
    func `a header is partial until all of it is there, and may not end before`(
        _ version: ProxyHeader.Version
    ) {
        let admission = admission(headers: true)
        for client in [Self.client, Self.client6] {
            let header = said(of: client)
            let bytes = self.header(header, version)
            for count in 0..<bytes.count {
                let part = Array(bytes.prefix(count))
                #expect(admission.look(part) == .partial)
                #expect(admission.look(part, hasEnded: true) == .refuse(.malformed))
            }
            // What follows is the client's.
            for hasEnded in [false, true] {
                let whole = admission.look(bytes + Array("GET /".utf8), hasEnded: hasEnded)
                #expect(whole == .complete(header, length: bytes.count))
            }
        }
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", "\r\n\r\n\0x"])
    func `what is no header is refused`(_ text: String) {
        let admission = admission(headers: true)
        #expect(admission.look(Array(text.utf8)) == .refuse(.malformed))
    }

    @Test func `a header that is longer than one looks at first is looked at once more`() {
        let admission = admission(headers: true)
        // The longest there is: 4 addresses' bytes and the rest in fields that say nothing.
        var bytes = header(said(of: Self.client), .binary)
        (bytes[14], bytes[15]) = (0xFF, 0xFF)
        let padding = 65535 - 12 - 3
        bytes += [0x04, UInt8(padding >> 8), UInt8(padding & 255)]
        bytes += [UInt8](repeating: 0, count: padding)
        #expect(bytes.count == ProxyHeader.longest)
        let cut = admission.look(bytes)
        #expect(cut == .cut)
        let whole = admission.look(bytes)
        #expect(whole == .complete(said(of: Self.client), length: bytes.count))
        // From then on there is room for it, and one that is not complete is waited for.
        let part = admission.look(Array(bytes.dropLast()))
        #expect(part == .partial)
    }

    @Test func `each fault has its word for the log`() {
        let words = [ProxyFault.notTrusted, .missing, .malformed].map { "\($0.word)" }
        #expect(words == ["proxy_not_trusted", "proxy_header_missing", "proxy_header_malformed"])
    }

    // MARK: A client is introduced

    @Test func `a client is the one that the proxy says, and trusted only if it is a proxy too`() {
        for keeps in [false, true] {
            let admission = admission(headers: true, keeps: keeps)
            for (address, isTrusted) in [
                (Self.client, false), (Self.client6, false), (Self.proxy, true),
            ] {
                var source = admission.source(Self.proxy)
                let entry = admission.introduced(Self.slot, &source, by: said(of: address))
                #expect(entry == .admit(countedAs: nil))
                #expect(source.network == ClientNetwork(address))
                #expect(source.isTrusted == isTrusted && !source.isLocal)
                #expect(source.port == address.port)
                let header = admission.header(of: Self.slot)
                #expect(header == (keeps ? said(of: address) : nil))
            }
        }
    }

    @Test func `an address of IPv4 in IPv6 is that of IPv4`() {
        let admission = admission(headers: true)
        var source = admission.source(Self.proxy)
        let mapped = ProxyHeader.inet6(
            source: .init(high: 0, low: 0xFFFF_C000_0207), sourcePort: 1,
            destination: .init(high: 0, low: 1), destinationPort: 2)
        _ = admission.introduced(Self.slot, &source, by: mapped)
        #expect(source.network == .inet(0xC000_0207))
        #expect(Utf8.string(source.address.bytes) == "192.0.2.7")
    }

    @Test func `where the proxy speaks for itself it stays what it is, and under no rule`() throws {
        let admission = admission(
            headers: true, keeps: true, connections: 0, try rules(banAfter: 1))
        admission.ask(try network(Self.proxy), times: 3)
        var source = admission.source(Self.proxy)
        let entry = admission.introduced(Self.slot, &source, by: .local)
        #expect(entry == .admit(countedAs: nil))
        #expect(source.isTrusted && source.network == ClientNetwork(Self.proxy))
        let header = admission.header(of: Self.slot)
        #expect(header == .local)
    }

    @Test func `the rules hold for the client that is introduced, not for its proxy`() throws {
        let admission = admission(headers: true, connections: 1, try rules(banAfter: 1))
        let network = try network(Self.client)
        func introduce(_ slot: Slot, _ admission: Tried) -> Admission.Entry {
            var source = admission.source(Self.proxy)
            return admission.introduced(slot, &source, by: said(of: Self.client))
        }
        let entries = [introduce(Slot(0), admission), introduce(Slot(1), admission)]
        #expect(entries == [.admit(countedAs: network), .refuse])
        admission.ask(network, times: 3)
        let banned = introduce(Slot(2), admission)
        #expect(banned == .shutOut)
        #expect(admission.comes(Self.proxy) == .awaitsHeader)
    }

    @Test func `what was said of a client is forgotten with its connection alone`() {
        let admission = admission(headers: true, keeps: true)
        for slot in [Slot(0), Slot(1)] {
            var source = admission.source(Self.proxy)
            _ = admission.introduced(slot, &source, by: said(of: Self.client))
        }
        admission.left(Slot(0), countedAs: nil)
        let headers = [admission.header(of: Slot(0)), admission.header(of: Slot(1))]
        #expect(headers == [nil, said(of: Self.client)])
    }

    @Test func `what a connection itself shows needs both of its ends of one kind`() {
        let pairs = [
            (Self.client, Self.client6), (Self.local, Self.client), (Self.local, Self.local),
        ]
        for (one, other) in pairs {
            #expect(ProxyHeader(from: one, to: other) == .local)
            #expect(ProxyHeader(from: other, to: one) == .local)
        }
        let header = ProxyHeader(from: Self.client, to: Self.proxy)
        #expect(
            header
                == .inet(
                    source: 0xC000_0207, sourcePort: 4712, destination: 0x0A00_0001,
                    destinationPort: 4711))
        #expect(header.source == Self.client)
        #expect(said(of: Self.client6).source == Self.client6)
    }

    // MARK: A client asks

    @Test func `without a limit a client may ask as often as it likes`() throws {
        let admission = admission()
        #expect(!admission.limitsRates)
        #expect(admission.ask(try network(Self.client), times: 1000) == nil)
    }

    @Test func `a client that asks too often is told when it may ask again, in whole seconds`()
        throws
    {
        let admission = admission(try rules())
        let network = try network(Self.client)
        #expect(admission.limitsRates)
        #expect(admission.ask(network, times: 2) == nil)
        for byProxy in [false, true] {
            let denial = try #require(admission.ask(network, times: 1, byProxy: byProxy))
            #expect(denial.answer.cause == .tooManyRequests)
            #expect(denial.answer.retryAfter == RetryAfter(.seconds(1)))
            #expect(!denial.closes && denial.news == nil)
        }
        // Others are others, and after a second it may.
        #expect(admission.ask(try self.network(Self.client6), times: 1) == nil)
        #expect(admission.ask(network, times: 1, after: .milliseconds(999)) != nil)
        #expect(admission.ask(network, times: 1, after: .seconds(1)) == nil)
    }

    @Test(arguments: [false, true])
    func `one that goes on is banned, said once, and its connection closed unless a proxy's`(
        byProxy: Bool
    ) throws {
        let admission = admission(try rules(banAfter: 3))
        let network = try network(Self.client)
        #expect(admission.ask(network, times: 4, byProxy: byProxy)?.news == nil)
        let newly = try #require(admission.ask(network, times: 1, byProxy: byProxy))
        #expect(newly.answer.cause == .banned)
        #expect(newly.answer.retryAfter == RetryAfter(.seconds(60)))
        #expect(newly.closes == !byProxy)
        #expect(
            newly.news?.sentence == "192.0.2.7 is banned for 1 min 0 s: refused 3 times within 10 s"
        )
        let half = Nanoseconds.milliseconds(30_500)
        let again = try #require(admission.ask(network, times: 1, byProxy: byProxy, after: half))
        #expect(again.answer.cause == .banned)
        // 29.5 s are left: not one too few.
        #expect(again.answer.retryAfter == RetryAfter(.seconds(30)))
        #expect(again.closes == !byProxy && again.news == nil)
        #expect(admission.ask(network, times: 1, after: .seconds(60)) == nil)
    }
}
