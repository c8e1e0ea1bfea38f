import Basics

/// The balancer's settings as its command line says them: the same words stand alone, on a
/// Procfile's balancer line and, those that make sense, behind `lbctl up`.
///
/// An option is a property, with its default, and an entry in the list below it: there is no other
/// place for its name, its help, what a shell completes and how its value is read.
public struct BalancerOptions: Equatable, Sendable {
    /// What applies where nothing is said.
    static let standard = BalancerOptions()

    public init() {}

    // MARK: Where clients and backends are

    public enum Mode: String, CaseIterable, Sendable { case http, tcp }

    /// Where clients connect; empty: `usualListen`.
    public var listen: [Endpoint] = []
    /// Where they connect where nothing is said.
    public static let usualListen = Endpoint.local(port: 8080)
    public var backends: [Backend] = []
    /// What backends weigh, by port or name, where a supervisor says which there are.
    public var weights: [Weight] = []
    public var mode = Mode.http

    private static let service: [Entry] = [
        Entry(
            "listen",
            .each("[ADDR:]PORT") { (text) throws(UsageError) in
                [try EndpointOption.listen.endpoint(text)]
            }, \.listen,
            "where clients connect; repeatable; a port: both loopbacks (8080)", isForUp: false),
        Entry(
            "backend",
            .each("[ADDR:]PORT[,name=N][,weight=W]") { (text) throws(UsageError) in
                [try Backend(text)]
            },
            \.backends, "a backend; repeatable; a port: on 127.0.0.1 or ::1", isForUp: false),
        Entry(
            "weight", .each("TARGET=W") { (text) throws(UsageError) in [try Weight(text)] },
            \.weights, "the share of a port or name; repeatable (1)"),
        Entry("mode", .choice(), \.mode, "requests, or connections of anything ({})"),
    ]

    // MARK: Which backend gets a request

    /// By what a backend is chosen.
    public enum Algorithm: String, CaseIterable, Sendable {
        case roundRobin = "round-robin"
        case leastConnections = "least-connections"
        case leastResponseTime = "least-response-time"
        case random
        case hash
    }

    public var algorithm = Algorithm.roundRobin
    public var hashKey = HashKey.source
    /// How much busier than its part a backend may be before keys that belong to it go elsewhere,
    /// in percent of that part; nothing: any amount.
    public var hashBalanceFactor: UInt32?
    public var sticky: Stickiness?
    /// How long a backend that comes back takes to get all of its share; nothing: no time.
    public var slowStart: Nanoseconds?

    private static let choice: [Entry] = [
        Entry(
            "algorithm", .choice("NAME"), \.algorithm,
            "{} (default), \(Algorithm.others)"),
        Entry(
            "hash-key",
            .one(
                "KEY", takes: "source, uri, path, header:NAME or cookie:NAME",
                words: ["source", "uri", "path", "header:", "cookie:"],
                spell: { $0.description }, { HashKey($0) }),
            \.hashKey, "source, uri, path, header:NAME or cookie:NAME, for hash ({})"),
        Entry(
            "hash-balance-factor", .number(101...100_000, "PERCENT"), \.hashBalanceFactor,
            "the most load of a backend, of its even part, for hash; 125 is usual (any)"),
        Entry(
            "sticky",
            .off(or: .one("TIME|cookie", takes: "cookie or a time such as 2s", { Stickiness($0) })),
            \.sticky, "keep a client on its backend: for a time, or by a cookie ({})"),
        Entry(
            "slow-start", .span, \.slowStart,
            "a backend that comes back gets its share little by little (off)"),
    ]

    // MARK: What does the work

    /// Nothing: one a core.
    public var threads: Int?

    private static let workers: [Entry] = [
        Entry("threads", .number(1...64), \.threads, "worker threads (one a core)")
    ]

    // MARK: How it is found out whether a backend serves

    /// What `health-send` and `health-expect` make of it included; nothing: TCP.
    public var healthCheck: HealthCheck?
    var healthSend: [UInt8]?
    var healthExpect: [UInt8]?
    public var healthInterval = Nanoseconds.seconds(1)
    public var healthTimeout = Nanoseconds.seconds(1)
    /// Successes in a row that bring a backend back, and failures that take it out.
    public var rise = 2
    public var fall = 3

    private static let health: [Entry] = [
        Entry(
            "health-check",
            .one(
                "off|tcp|http:/PATH", takes: "off, tcp or http:/PATH", { HealthCheck($0) }),
            \.healthCheck, "active checks (tcp)"),
        Entry(
            "health-send", .one("TEXT") { (text) throws(UsageError) in try Self.bytes(text) },
            \.healthSend, "what a check says first, as 'PING\\r\\n', where --health-expect is given"
        ),
        Entry(
            "health-expect", .one("TEXT") { (text) throws(UsageError) in try Self.bytes(text) },
            \.healthExpect, "what must be in what a backend says to a check, as '+PONG'"),
        Entry("health-interval", .span, \.healthInterval, "between two checks ({})"),
        Entry("health-timeout", .span, \.healthTimeout, "for one check ({})"),
        Entry(
            "rise", .number(1...100), \.rise, "successes in a row that bring a backend back ({})"),
        Entry("fall", .number(1...100), \.fall, "failures in a row that take it out ({})"),
    ]

    // MARK: What is tried again, and what waits

    public var retries = 2
    /// Nothing: any number of retries.
    public var retryBudget: RetryBudget? = RetryBudget(percent: 20, floor: 10)
    /// How long a request waits where no backend is ready and one may be expected.
    public var queueTimeout = Nanoseconds.seconds(5)

    private static let retrying: [Entry] = [
        Entry(
            "retries", .number(0...16), \.retries,
            "further attempts for a request ({}); those that a death ended don't count"),
        Entry(
            "retry-budget",
            .off(
                or: .one(
                    "PERCENT%[,floor=N]|off", takes: "a share such as 20% or 20%,floor=10, or off",
                    spell: { $0.description }, { RetryBudget($0) })),
            \.retryBudget, "retries, of all requests, and so many a second in any case ({})"),
        Entry(
            "queue-timeout", .duration, \.queueTimeout,
            "to wait for a backend when none is ready and one is starting ({})"),
    ]

    // MARK: How long each side is waited for

    public var timeoutConnect = Nanoseconds.seconds(1)
    /// The longest silence of a backend that owes an answer; of a stream of events it is
    /// `timeoutTunnel`.
    public var timeoutResponse = Nanoseconds.seconds(60)
    /// For the whole head of a request from its first byte, and for the first byte of a connection.
    public var timeoutHead = Nanoseconds.seconds(10)
    /// Between two steps of a body, and of a response that is being read.
    public var timeoutClient = Nanoseconds.seconds(60)
    public var timeoutIdle = Nanoseconds.seconds(60)
    public var timeoutTunnel = Nanoseconds.minutes(60)
    /// How long a backend may be silent to a client that has ended its own direction; nothing: 5 s
    /// for a request, and a minute for a stream.
    public var timeoutHalfClosed: Nanoseconds?
    public var drainTimeout = Nanoseconds.seconds(30)

    private static let times: [Entry] = [
        Entry("timeout-connect", .span, \.timeoutConnect, "to connect to a backend ({})"),
        Entry(
            "timeout-response", .span, \.timeoutResponse,
            "the longest silence of a backend that owes an answer ({})"),
        Entry(
            "timeout-head", .span, \.timeoutHead,
            "for a request's whole head, from its first byte ({})"),
        Entry(
            "timeout-client", .span, \.timeoutClient,
            "between two steps of a body, or of a response being read ({})"),
        Entry("timeout-idle", .span, \.timeoutIdle, "between requests of a connection ({})"),
        Entry(
            "timeout-tunnel", .span, \.timeoutTunnel,
            "the longest silence of a WebSocket, event stream or TCP connection ({})"),
        Entry(
            "timeout-half-closed", .span, \.timeoutHalfClosed,
            "silence towards a client that sends no more (5s; TCP and WebSockets 60s)"),
        Entry(
            "drain-timeout", .duration, \.drainTimeout,
            "to finish what there is when leaving ({})"),
    ]

    // MARK: What a client may have

    /// Client connections at a time; nothing: as many as the descriptor limit allows.
    public var maxConnections: Int?
    /// Of one client address; nothing: as many as there may be in all.
    public var maxConnectionsPerClient: Int?
    public var rateLimit: RateLimit?
    public var ban: Ban?

    private static let clients: [Entry] = [
        Entry(
            "max-connections", .number(1...1_000_000), \.maxConnections,
            "clients at a time (from the descriptor limit)"),
        Entry(
            "max-connections-per-client", .number(1...1_000_000), \.maxConnectionsPerClient,
            "of one address at a time (any number)"),
        Entry(
            "rate-limit",
            .off(
                or: .one(
                    "R/s[,burst=B]", takes: "a rate such as 100/s, 10/m or 100/s,burst=200",
                    { RateLimit($0) })),
            \.rateLimit,
            "requests of one address, or R/m, R/h; the others get 429 (any number)"),
        Entry(
            "ban",
            .off(
                or: .one(
                    "TIME[,after=N]", takes: "a time such as 30s or 10m,after=5", { Ban($0) })),
            \.ban, "shut out for a time who goes on: after N refusals in 10 s ({}; N is 20)"),
    ]

    // MARK: What all of it may take up

    /// Idle connections to a backend that a thread keeps, for as long as is known to be good.
    public var upstreamIdle = Int.max
    /// How many requests a backend may have in flight; nothing: any number.
    public var maxInFlight: Int?
    /// Bytes.
    public var maxHead = 16384
    public var maxFields = 100
    /// Bytes of a request's body; nothing: any.
    public var maxBody: UInt64?
    /// Bytes that all requests and responses on their way may take up.
    public var maxMemory: UInt64 = 2 << 30
    /// The least that a body must move in either direction, in bytes a second while the client is
    /// waited for; 0: anything.
    public var minRate: UInt64 = 16

    private static let limits: [Entry] = [
        Entry(
            "max-in-flight", .number(1...1_000_000), \.maxInFlight,
            "requests that a backend has at a time; the others wait their turn (any)"),
        Entry(
            "upstream-idle", .number(0...1_000_000, "N|off", off: 0), \.upstreamIdle,
            "idle connections that a thread keeps to a backend (as many as there are)"),
        Entry(
            "max-head", .size(1024...16384, bounds: "1KiB to 16KiB"), \.maxHead,
            "the longest head of a request ({})"),
        Entry(
            "max-fields", .number(1...128), \.maxFields,
            "the most fields in a request's head ({})"),
        Entry("max-body", .size(), \.maxBody, "the longest body of a request (any length)"),
        Entry(
            "max-memory", .size(16 << 20...Quantity.longest, bounds: "16MiB or more"), \.maxMemory,
            "for all requests and responses on their way ({})"),
        Entry(
            "min-rate", .rate, \.minRate,
            "of a body, either way, over each --timeout-client of waiting ({})"),
    ]

    // MARK: What proxies say of clients

    /// How a backend that is connected to is told the client's address (the PROXY protocol).
    public enum ProxyVersion: String, CaseIterable, Sendable { case v1, v2 }

    /// Networks whose word about a client's address is believed, as `10.0.0.0/8`.
    public var trustProxy: [String] = []
    /// Whether each connection begins with a PROXY header, which a trusted proxy sends.
    public var acceptProxy = false
    /// The PROXY header that backends get; nothing: none.
    public var sendProxy: ProxyVersion?
    /// Whether backends get Forwarded (RFC 7239) too.
    public var forwarded = false
    /// Whether backends get a traceparent for each request, and not only for those with one.
    public var trace = false

    private static let proxies: [Entry] = [
        Entry(
            "trust-proxy", .each("CIDR") { $0.split(separator: ",").map { String($0) } },
            \.trustProxy,
            "whose X-Forwarded-For or PROXY is believed; repeatable (nobody's)"),
        Entry(
            "accept-proxy", .flag, \.acceptProxy,
            "clients come through proxies that send a PROXY header; see --trust-proxy"),
        Entry("send-proxy", .choice(), \.sendProxy, "send backends a PROXY header (none)"),
        Entry("forwarded", .flag, \.forwarded, "tell backends of the client in Forwarded too"),
        Entry(
            "trace", .flag, \.trace,
            "give each request a traceparent (W3C), not only those that came with one"),
    ]

    // MARK: What it says

    public enum AccessLog: String, CaseIterable, Sendable { case off, text, json, combined }

    public var accessLog = AccessLog.text
    /// Whether each response tells in Server-Timing where the time went.
    public var serverTiming = false
    /// Where to write one byte once connections are accepted.
    public var readyDescriptor: Int32?

    private static let output: [Entry] = [
        Entry(
            "server-timing", .flag, \.serverTiming,
            "tell browsers in each response where the time went (Server-Timing)"),
        Entry(
            "access-log", .choice(), \.accessLog,
            "a line for each request ({}); combined is Apache's, json an object"),
        Entry(
            "ready-fd", .number(3...1_000_000), \.readyDescriptor, "where to say that it is ready",
            isForUp: false),
    ]

    private static let entries =
        service + choice + workers + health + retrying + times + clients + limits + proxies + output

    /// What the program takes.
    public static let options: [Option] =
        entries.map { $0.option } + [
            Option("help", short: "h", help: "this text"),
            Option("version", help: "the version"),
        ]

    /// What `lbctl up` passes on.
    public static let optionsOfUp = entries.filter { $0.isForUp }.map { $0.option }
}

extension BalancerOptions {
    /// Reads the words behind the program's name.
    public init(words: [String]) throws(UsageError) {
        let given = try ParsedOptions(words, allowed: Self.options)
        if let operand = given.operands.first {
            throw UsageError("'\(operand)' is no option", hint: "options begin with --")
        }
        self.init()
        for entry in Self.entries { try entry.store(given, &self) }
        try completeHealthCheck()
        // A client that may not pause for long may not take long for a head either.
        if !given.has("timeout-head") { timeoutHead = min(timeoutHead, timeoutClient) }
    }

    /// Reads words as they are handed to a process.
    public init(words: [ByteString]) throws(UsageError) {
        try self.init(words: words.map { $0.text })
    }

    /// Fails where words that are each understood don't go together. To be asked once all of them
    /// are there: some may stand on a Procfile's line and some behind `up`.
    public func refuseContradictions() throws(UsageError) {
        for contradiction in Self.contradictions where contradiction.applies(self) {
            throw contradiction.error
        }
        let parts = listen.flatMap(\.parts)
        if let twice = parts.first(where: { part in
            part.port != 0 && parts.count { $0 == part } > 1
        }) {
            throw UsageError(
                "--listen names \(twice) twice",
                hint: "leave out one --listen; a bare port stands for both loopbacks")
        }
    }

    private static let contradictions: [Contradiction] = [
        Contradiction(
            "--ban shuts out who goes on after being refused, and nobody is refused",
            hint: "give --rate-limit too, such as --rate-limit 100/s"
        ) { $0.ban != nil && $0.rateLimit == nil },
        Contradiction(
            "--hash-balance-factor is for hashed keys", hint: "give --algorithm hash too"
        ) { $0.hashBalanceFactor != nil && !$0.algorithm.hashesKeys },
        Contradiction(
            "--hash-key takes source alone where --mode is tcp",
            hint: "a connection has no path, fields or cookies that could be looked at"
        ) { $0.mode == .tcp && $0.hashKey != .source },
        Contradiction(
            "--sticky takes a time where --mode is tcp",
            hint: "a connection has no cookies; as in --sticky 10m"
        ) { $0.mode == .tcp && $0.sticky == .cookie },
        Contradiction(
            "--access-log combined is for requests, and where --mode is tcp there are none",
            hint: "give --access-log text or json"
        ) { $0.mode == .tcp && $0.accessLog == .combined },
        // Any host that reaches the port could otherwise claim any address.
        Contradiction(
            "--accept-proxy needs --trust-proxy",
            hint: "name the proxies that may say who a client is, as in "
                + "--accept-proxy --trust-proxy 10.0.0.5"
        ) { $0.acceptProxy && $0.trustProxy.isEmpty },
    ]
}
