import Basics

/// The state of a child as people are told it.
public enum ChildState: UInt8, Sendable, CaseIterable {
    case starting, ready, draining, stopping, stopped, backoff, failed, paused, done

    public var word: String {
        switch self {
        case .starting: "starting"
        case .ready: "ready"
        case .draining: "draining"
        case .stopping: "stopping"
        case .stopped: "stopped"
        case .backoff: "backoff"
        case .failed: "failed"
        case .paused: "paused"
        case .done: "done"
        }
    }

    /// As a sentence says it: `it is backing off`.
    public var phrase: String {
        switch self {
        case .starting, .ready, .draining, .stopping, .stopped, .paused, .done: "is \(word)"
        case .backoff: "is backing off"
        case .failed: "has failed"
        }
    }
}

/// Whether a child serves, as far as it was looked at.
public enum ChildHealth: UInt8, Sendable, CaseIterable {
    case up, down, unknown

    public var word: String {
        switch self {
        case .up: "up"
        case .down: "down"
        case .unknown: "unknown"
        }
    }
}

/// One child as `lbctl ps` shows it; what does not apply or has not been measured is nil.
public struct ChildStatus: Equatable, Sendable {
    public var name: String
    public var type: String
    public var port: UInt16?
    public var pid: Int32?
    public var state: ChildState
    public var health: ChildHealth
    public var startedAt: WallTime?
    public var restarts: UInt64
    public var weight: UInt32?
    public var active: UInt64?
    public var requests: UInt64?
    /// Milliseconds.
    public var p50: Double?
    public var p99: Double?
    /// Since the process started, of one core.
    public var cpuPercent: Double?
    public var residentBytes: UInt64?
    /// By what a balancer chooses.
    public var algorithm: BalancerOptions.Algorithm?
    /// How an lb-echo behaves by `slow` and `fail`.
    public var faults: EchoFaults?
    /// How often its processes have ended.
    public var exits = ExitCounts()
    /// Of a balanced child.
    public var traffic: BackendTraffic?
    /// Of a balancer.
    public var fronting: BalancerTraffic?

    public init(
        name: String, type: String, port: UInt16?, pid: Int32?, state: ChildState,
        health: ChildHealth, startedAt: WallTime?, restarts: UInt64, weight: UInt32? = nil,
        active: UInt64? = nil, requests: UInt64? = nil, p50: Double? = nil, p99: Double? = nil,
        cpuPercent: Double? = nil, residentBytes: UInt64? = nil,
        traffic: BackendTraffic? = nil
    ) {
        self.name = name
        self.type = type
        self.port = port
        self.pid = pid
        self.state = state
        self.health = health
        self.startedAt = startedAt
        self.restarts = restarts
        self.weight = weight
        self.active = active
        self.requests = requests
        self.p50 = p50
        self.p99 = p99
        self.cpuPercent = cpuPercent
        self.residentBytes = residentBytes
        self.traffic = traffic
    }
}

/// The whole service as `lbctl ps` shows it.
public struct ServiceStatus: Equatable, Sendable {
    public var name: String
    public var supervisorPid: Int32
    public var guardianPid: Int32
    /// Where the balancer listens, as `http://localhost:8080/`; empty without one, and where it
    /// accepts no more.
    public var url: String
    /// Where it was started: the folder of its Procfile, where it has one.
    public var directory: ByteString
    /// The Procfile's path; empty where the built-in one is used.
    public var procfile: ByteString
    public var startedAt: WallTime
    public var phase: ServicePhase
    /// Where lb-admin listens on 127.0.0.1; nil where it is not run.
    public var adminPort: UInt16?
    public var children: [ChildStatus]

    public init(
        name: String, supervisorPid: Int32, guardianPid: Int32, url: String,
        directory: ByteString = "", procfile: ByteString = "",
        startedAt: WallTime = WallTime(nanoseconds: 0), phase: ServicePhase = .running,
        adminPort: UInt16? = nil,
        children: [ChildStatus]
    ) {
        self.phase = phase
        self.adminPort = adminPort
        self.directory = directory
        self.procfile = procfile
        self.startedAt = startedAt
        self.name = name
        self.supervisorPid = supervisorPid
        self.guardianPid = guardianPid
        self.url = url
        self.children = children
    }
}

extension FrameWriter {
    mutating func put(number: (some FixedWidthInteger)?) {
        put(number != nil)
        if let number { put(number) }
    }

    mutating func put(number: Double?) { put(number: number?.bitPattern) }
}

extension FrameReader {
    mutating func optionalNumber<Value: FixedWidthInteger>() throws(Misspelling) -> Value? {
        try flag() ? try number(Value.self) : nil
    }

    mutating func optionalDouble() throws(Misspelling) -> Double? {
        try flag() ? try double() : nil
    }
}

extension ChildStatus: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(name)
        frame.put(type)
        frame.put(number: port)
        frame.put(number: pid)
        frame.put(state)
        frame.put(health)
        frame.put(number: startedAt?.nanoseconds)
        frame.put(restarts)
        frame.put(number: weight)
        frame.put(number: active)
        frame.put(number: requests)
        frame.put(number: p50)
        frame.put(number: p99)
        frame.put(number: cpuPercent)
        frame.put(number: residentBytes)
        frame.put(algorithm)
        frame.put(faults)
        exits.spell(into: &frame)
        frame.put(traffic)
        frame.put(fronting)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        name = try frame.text()
        type = try frame.text()
        port = try frame.optionalNumber()
        pid = try frame.optionalNumber()
        state = try frame.tag(ChildState.self, "child state")
        health = try frame.tag(ChildHealth.self, "child health")
        startedAt = try frame.optionalNumber().map { WallTime(nanoseconds: $0) }
        restarts = try frame.number()
        weight = try frame.optionalNumber()
        active = try frame.optionalNumber()
        requests = try frame.optionalNumber()
        p50 = try frame.optionalDouble()
        p99 = try frame.optionalDouble()
        cpuPercent = try frame.optionalDouble()
        residentBytes = try frame.optionalNumber()
        algorithm = try frame.optional()
        faults = try frame.optional()
        exits = try ExitCounts(from: &frame)
        traffic = try frame.optional()
        fronting = try frame.optional()
    }
}

extension ServiceStatus: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(name)
        frame.put(supervisorPid)
        frame.put(guardianPid)
        frame.put(url)
        frame.put(directory)
        frame.put(procfile)
        frame.put(startedAt.nanoseconds)
        frame.put(phase)
        frame.put(number: adminPort)
        frame.put(children)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        name = try frame.text()
        supervisorPid = try frame.number()
        guardianPid = try frame.number()
        url = try frame.text()
        directory = try frame.octets()
        procfile = try frame.octets()
        startedAt = WallTime(nanoseconds: try frame.number())
        phase = try frame.tag(ServicePhase.self, "service phase")
        adminPort = try frame.optionalNumber()
        children = try frame.list()
    }
}
