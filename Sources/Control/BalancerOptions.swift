import Basics

/// The balancer's settings as its command line says them: the same words stand alone, on a
/// Procfile's balancer line and, those that make sense, behind `lbctl up`.
public struct BalancerOptions: Sendable {
    /// One `--backend`.
    public struct Backend: Equatable, Sendable {
        /// `127.0.0.1:3000`, `3000`; as `Endpoint` reads it.
        public var address: String
        /// `name=`; nothing when it was not given.
        public var name: String?
        /// `weight=`.
        public var weight: UInt32
    }

    public enum AccessLog: String, CaseIterable, Sendable { case off, text }
    public enum Mode: String, CaseIterable, Sendable { case http, tcp }
    /// By what a backend is chosen.
    public enum Algorithm: String, CaseIterable, Sendable {
        case roundRobin = "round-robin"
        case leastConnections = "least-connections"
        case leastResponseTime = "least-response-time"
        case random
        case hash
    }
    /// What tells requests apart for `hash`.
    public enum HashKey: Equatable, Sendable {
        /// The client's address.
        case source
        /// Path and query.
        case uri
        case path
        /// The value of a field.
        case header(String)
        case cookie(String)
    }
    /// How a client's address is told to whoever is connected to (the PROXY protocol).
    public enum ProxyVersion: String, CaseIterable, Sendable { case v1, v2 }
    /// How a client is kept on one backend.
    public enum Stickiness: Equatable, Sendable {
        /// Its address stays there while it comes back within this time.
        case address(within: Nanoseconds)
        /// It is given a cookie that says where it belongs.
        case cookie
    }
    /// How many requests of one client are let through.
    public struct RateLimit: Equatable, Sendable {
        public var count: UInt64
        public var span: Nanoseconds
        /// How many at once.
        public var burst: UInt64
    }
    /// When a client is not listened to any more, and for how long.
    public struct Ban: Equatable, Sendable {
        public var lasting: Nanoseconds
        /// Refusals by the rate limit within ten seconds.
        public var after: UInt64
    }
    /// How many retries there may be.
    public struct RetryBudget: Equatable, Sendable {
        /// Of a hundred requests.
        public var percent: UInt32
        /// In any case, each second.
        public var floor: UInt32
    }
    /// How it is found out whether a backend serves.
    public enum HealthCheck: Equatable, Sendable {
        case off
        /// A connection can be made.
        case tcp
        /// A GET of this path is answered with 2xx or 3xx.
        case http(path: String)
        /// What the backend says, when it has been sent these bytes, has those in it.
        case words(send: [UInt8], expect: [UInt8])
    }

    /// As given, a bare port included; empty: the default addresses.
    public var listen: [String] = []
    public var backends: [Backend] = []
    /// What backends weigh, by port or name, where a supervisor says which there are.
    public var weights: [Weight] = []
    public var mode = Mode.http
    public var algorithm = Algorithm.roundRobin
    public var hashKey = HashKey.source
    /// How much busier than its part a backend may be before keys that belong to it go elsewhere,
    /// in percent of that part; nothing: any amount.
    public var hashBalanceFactor: UInt32?
    public var sticky: Stickiness?
    /// How long a backend that comes back takes to get all of its share; nothing: no time.
    public var slowStart: Nanoseconds?
    public var rateLimit: RateLimit?
    public var ban: Ban?
    /// Nothing: any number of retries.
    public var retryBudget: RetryBudget? = RetryBudget(percent: 20, floor: 10)
    /// Nothing: one a core.
    public var threads: Int?
    /// Nothing: TCP.
    public var healthCheck: HealthCheck?
    public var healthInterval = Nanoseconds.seconds(1)
    public var healthTimeout = Nanoseconds.seconds(1)
    /// Successes in a row that bring a backend back, and failures that take it out.
    public var rise = 2
    public var fall = 3
    public var retries = 2
    /// Idle connections to a backend that a thread keeps, for as long as is known to be good.
    public var upstreamIdle = Int.max
    /// How many requests a backend may have in flight; nothing: any number.
    public var maxInFlight: UInt32?
    /// How long a request waits where no backend is ready and one may be expected.
    public var queueTimeout = Nanoseconds.seconds(5)
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
    /// The least that a body must move in either direction, in bytes a second while the client is
    /// waited for; 0: anything.
    public var minRate: UInt64 = 16
    /// Client connections at a time; nothing: as many as the descriptor limit allows.
    public var maxConnections: Int?
    /// Of one client address; nothing: as many as there may be in all.
    public var maxConnectionsPerClient: Int?
    /// Bytes.
    public var maxHead = 16384
    public var maxFields = 100
    /// Bytes of a request's body; nothing: any.
    public var maxBody: UInt64?
    /// Bytes that all requests and responses on their way may take up.
    public var maxMemory: UInt64 = 2 << 30
    /// Networks whose word about a client's address is believed, as `10.0.0.0/8`.
    public var trustProxy: [String] = []
    /// Whether each connection begins with a PROXY header, which a trusted proxy sends.
    public var acceptProxy = false
    /// The PROXY header that backends get; nothing: none.
    public var sendProxy: ProxyVersion?
    /// Whether backends get Forwarded (RFC 7239) too.
    public var forwarded = false
    public var accessLog = AccessLog.text
    /// Where to write one byte once connections are accepted.
    public var readyDescriptor: Int32?

    public static let options: [Option] = [
        Option(
            "listen", value: "[ADDR:]PORT",
            help: "where clients connect; repeatable; a port: both loopbacks (8080)"),
        Option(
            "backend", value: "[ADDR:]PORT[,name=N][,weight=W]",
            help: "a backend; repeatable; a port: on 127.0.0.1 or ::1"),
        Option(
            "weight", value: "TARGET=W", help: "the share of a port or name; repeatable (1)"),
        Option("mode", value: "http|tcp", help: "requests, or connections of anything (http)"),
        Option(
            "algorithm", value: "NAME",
            help: "round-robin (default), least-connections, least-response-time, random or hash"),
        Option(
            "hash-key", value: "KEY",
            help: "source, uri, path, header:NAME or cookie:NAME, for hash (source)"),
        Option(
            "hash-balance-factor", value: "PERCENT",
            help: "the most load of a backend, of its even part, for hash; 125 is usual (any)"),
        Option(
            "sticky", value: "TIME|cookie",
            help: "keep a client on its backend: for a time, or by a cookie (off)"),
        Option(
            "slow-start", value: "TIME",
            help: "a backend that comes back gets its share little by little (off)"),
        Option("threads", value: "N", help: "worker threads (one a core)"),
        Option("health-check", value: "off|tcp|http:/PATH", help: "active checks (tcp)"),
        Option(
            "health-send", value: "TEXT",
            help: "what a check says first, as 'PING\\r\\n', where --health-expect is given"),
        Option(
            "health-expect", value: "TEXT",
            help: "what must be in what a backend says to a check, as '+PONG'"),
        Option("health-interval", value: "TIME", help: "between two checks (1s)"),
        Option("health-timeout", value: "TIME", help: "for one check (1s)"),
        Option("rise", value: "N", help: "successes in a row that bring a backend back (2)"),
        Option("fall", value: "N", help: "failures in a row that take it out (3)"),
        Option(
            "retries", value: "N",
            help: "further attempts for a request (2); those that a death ended don't count"),
        Option(
            "retry-budget", value: "PERCENT%[,floor=N]|off",
            help: "retries, of all requests, and so many a second in any case (20%,floor=10)"),
        Option(
            "queue-timeout", value: "TIME",
            help: "to wait for a backend when none is ready and one is starting (5s)"),
        Option("timeout-connect", value: "TIME", help: "to connect to a backend (1s)"),
        Option(
            "timeout-response", value: "TIME",
            help: "the longest silence of a backend that owes an answer (60s)"),
        Option(
            "timeout-head", value: "TIME",
            help: "for a request's whole head, from its first byte (10s)"),
        Option(
            "timeout-client", value: "TIME",
            help: "between two steps of a body, or of a response being read (60s)"),
        Option("timeout-idle", value: "TIME", help: "between requests of a connection (60s)"),
        Option(
            "timeout-tunnel", value: "TIME",
            help: "the longest silence of a WebSocket, event stream or TCP connection (1h)"),
        Option(
            "timeout-half-closed", value: "TIME",
            help: "silence towards a client that sends no more (5s; TCP and WebSockets 60s)"),
        Option("drain-timeout", value: "TIME", help: "to finish what there is when leaving (30s)"),
        Option(
            "max-connections", value: "N", help: "clients at a time (from the descriptor limit)"),
        Option(
            "max-connections-per-client", value: "N",
            help: "of one address at a time (any number)"),
        Option(
            "rate-limit", value: "R/s[,burst=B]",
            help: "requests of one address, or R/m, R/h; the others get 429 (any number)"),
        Option(
            "ban", value: "TIME[,after=N]",
            help: "shut out for a time who goes on: after N refusals in 10 s (off; N is 20)"),
        Option(
            "max-in-flight", value: "N",
            help: "requests that a backend has at a time; the others wait their turn (any)"),
        Option(
            "upstream-idle", value: "N|off",
            help: "idle connections that a thread keeps to a backend (as many as there are)"),
        Option("max-head", value: "SIZE", help: "the longest head of a request (16KiB)"),
        Option("max-fields", value: "N", help: "the most fields in a request's head (100)"),
        Option("max-body", value: "SIZE", help: "the longest body of a request (any length)"),
        Option(
            "max-memory", value: "SIZE",
            help: "for all requests and responses on their way (2GiB)"),
        Option(
            "min-rate", value: "SIZE/s|off",
            help: "of a body, either way, over each --timeout-client of waiting (16B/s)"),
        Option(
            "trust-proxy", value: "CIDR",
            help: "whose X-Forwarded-For or PROXY is believed; repeatable (nobody's)"),
        Option(
            "accept-proxy",
            help: "clients come through proxies that send a PROXY header; see --trust-proxy"),
        Option("send-proxy", value: "v1|v2", help: "send backends a PROXY header (none)"),
        Option("forwarded", help: "tell backends of the client in Forwarded too"),
        Option("access-log", value: "off|text", help: "a line for each request (text)"),
        Option("ready-fd", value: "N", help: "where to say that it is ready"),
        Option("help", short: "h", help: "this text"),
        Option("version", help: "the version"),
    ]

    public init() {}

    /// Reads the words behind the program's name.
    public init(words: [String]) throws(UsageError) {
        let parsed = try ParsedOptions(words, allowed: Self.options)
        if let operand = parsed.operands.first {
            throw UsageError("'\(operand)' is no option", hint: "options begin with --")
        }
        listen = parsed.values("listen")
        for text in parsed.values("backend") { backends.append(try Self.backend(text)) }
        for text in parsed.values("weight") { weights.append(try Weight(text)) }
        mode = try parsed.choice("mode") ?? mode
        algorithm = try parsed.choice("algorithm") ?? algorithm
        hashKey = try parsed.value("hash-key").map(Self.hashKey) ?? hashKey
        healthCheck = try Self.healthCheck(parsed)
        healthInterval = try parsed.span("health-interval") ?? healthInterval
        healthTimeout = try parsed.span("health-timeout") ?? healthTimeout
        rise = try parsed.number("rise", in: 1...100) ?? rise
        fall = try parsed.number("fall", in: 1...100) ?? fall
        threads = try parsed.number("threads", in: 1...64)
        retries = try parsed.number("retries", in: 0...16) ?? retries
        maxInFlight =
            try parsed.number("max-in-flight", in: 1...1_000_000).map { UInt32($0) }
            ?? maxInFlight
        upstreamIdle = try Self.upstreamIdle(parsed) ?? upstreamIdle
        try readClientRules(parsed)
        try readTimes(parsed)
        try readLimits(parsed)
        trustProxy = parsed.values("trust-proxy").flatMap {
            $0.split(separator: ",").map { String($0) }
        }
        acceptProxy = parsed.has("accept-proxy")
        sendProxy = try parsed.choice("send-proxy")
        forwarded = parsed.has("forwarded")
        accessLog = try parsed.choice("access-log") ?? accessLog
        readyDescriptor = try parsed.number("ready-fd", in: 3...1_000_000).map { Int32($0) }
    }

    /// Fails where words that are each understood don't go together. To be asked once all of them
    /// are there: some may stand on a Procfile's line and some behind `up`.
    public func refuseContradictions() throws(UsageError) {
        try refuseClientContradictions()
        if mode == .tcp && hashKey != .source {
            throw UsageError(
                "--hash-key takes source alone where --mode is tcp",
                hint: "a connection has no path, fields or cookies that could be looked at")
        }
        if mode == .tcp && sticky == .cookie {
            throw UsageError(
                "--sticky takes a time where --mode is tcp",
                hint: "a connection has no cookies; as in --sticky 10m")
        }
        // Whoever may reach the port could otherwise claim to be anybody.
        if acceptProxy && trustProxy.isEmpty {
            throw UsageError(
                "--accept-proxy needs --trust-proxy",
                hint: "name the proxies that may say who a client is, as in "
                    + "--accept-proxy --trust-proxy 10.0.0.5")
        }
    }

    private mutating func readTimes(_ parsed: ParsedOptions) throws(UsageError) {
        queueTimeout = try parsed.duration("queue-timeout") ?? queueTimeout
        timeoutConnect = try parsed.span("timeout-connect") ?? timeoutConnect
        timeoutResponse = try parsed.span("timeout-response") ?? timeoutResponse
        timeoutClient = try parsed.span("timeout-client") ?? timeoutClient
        // Who may not pause for long may not take long for a head either.
        timeoutHead = try parsed.span("timeout-head") ?? min(timeoutHead, timeoutClient)
        timeoutIdle = try parsed.span("timeout-idle") ?? timeoutIdle
        timeoutTunnel = try parsed.span("timeout-tunnel") ?? timeoutTunnel
        timeoutHalfClosed = try parsed.span("timeout-half-closed")
        drainTimeout = try parsed.duration("drain-timeout") ?? drainTimeout
    }

    private mutating func readLimits(_ parsed: ParsedOptions) throws(UsageError) {
        maxConnections = try parsed.number("max-connections", in: 1...1_000_000)
        maxConnectionsPerClient = try parsed.number(
            "max-connections-per-client", in: 1...1_000_000)
        if let size = try parsed.size("max-head") {
            guard (1024...16384).contains(size) else {
                throw UsageError("--max-head takes 1KiB to 16KiB, not \(size) bytes")
            }
            maxHead = Int(size)
        }
        maxFields = try parsed.number("max-fields", in: 1...128) ?? maxFields
        maxBody = try parsed.size("max-body")
        if let size = try parsed.size("max-memory") {
            guard size >= 16 << 20 else {
                throw UsageError("--max-memory takes 16MiB or more, not \(size) bytes")
            }
            maxMemory = size
        }
        if let text = parsed.value("min-rate") {
            let size = text.hasSuffix("/s") ? Quantity.size(String(text.dropLast(2))) : nil
            guard let rate = text == "off" ? 0 : size else {
                throw UsageError("--min-rate takes off or a rate such as 16B/s, not '\(text)'")
            }
            minRate = rate
        }
    }

    private static func hashKey(_ text: String) throws(UsageError) -> HashKey {
        switch text {
        case "source": return .source
        case "uri": return .uri
        case "path": return .path
        default:
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            if parts.count == 2, parts[0] == "header", !parts[1].isEmpty {
                return .header(parts[1])
            }
            if parts.count == 2, parts[0] == "cookie", !parts[1].isEmpty {
                return .cookie(parts[1])
            }
            throw UsageError(
                "--hash-key takes source, uri, path, header:NAME or cookie:NAME, not '\(text)'")
        }
    }

    private static func backend(_ text: String) throws(UsageError) -> Backend {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        var backend = Backend(address: parts[0], name: nil, weight: 1)
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            if pair.count == 2, pair[0] == "name" {
                backend.name = pair[1]
            } else if pair.count == 2, pair[0] == "weight", let weight = UInt32(pair[1]),
                RequestBounds.weight.contains(weight)
            {
                backend.weight = weight
            } else {
                throw UsageError(
                    "'\(part)' in --backend \(text) is not understood",
                    hint: "--backend takes [ADDR:]PORT[,name=N][,weight=W], W from 0 to 256")
            }
        }
        return backend
    }
}

extension BalancerOptions {
    /// Reads words as they are handed to a process.
    public init(words: [ByteString]) throws(UsageError) {
        try self.init(words: words.map { $0.text })
    }
}
