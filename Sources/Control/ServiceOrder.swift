import Basics

/// What can be asked for some of the children.
public enum ServiceVerb: UInt8, Sendable, CaseIterable {
    case stop, start, restart, pause, resume, drain, undrain, weight, slow, fail, algorithm

    /// The verb that is typed as this word; nil where there is none.
    public init?(word: String) {
        guard let verb = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = verb
    }

    /// As it is typed.
    public var word: String {
        switch self {
        case .stop: "stop"
        case .start: "start"
        case .restart: "restart"
        case .pause: "pause"
        case .resume: "resume"
        case .drain: "drain"
        case .undrain: "undrain"
        case .weight: "weight"
        case .slow: "slow"
        case .fail: "fail"
        case .algorithm: "algorithm"
        }
    }

    /// What each target is given by it; `nil` where nothing.
    public var setting: Setting.Kind? {
        switch self {
        case .stop, .start, .restart, .pause, .resume, .drain, .undrain: nil
        case .weight: .weight
        case .slow: .latency
        case .fail: .errorRate
        case .algorithm: .algorithm
        }
    }
}

/// A verb with its targets.
public struct ServiceOrder: Equatable, Sendable {
    public var verb: ServiceVerb
    /// Ports, names, types or `all`.
    public var targets: [String]
    /// One at a time, each ready before the next is touched.
    public var isRolling: Bool
    /// Whether what is started must be ready before it counts as done.
    public var waits: Bool
    /// For each target what it is to have; empty where the verb gives nothing.
    public var settings: [Setting]

    public init(
        _ verb: ServiceVerb, targets: [String], isRolling: Bool = false, waits: Bool = false,
        settings: [Setting] = []
    ) {
        self.verb = verb
        self.targets = targets
        self.isRolling = isRolling
        self.waits = waits
        self.settings = settings
    }
}

/// How a change of the whole service, `scale` or `reload`, touches one child.
public enum ServiceChange: UInt8, Sendable, CaseIterable {
    case unchanged, added, removed, changed, replaced

    public var word: String {
        switch self {
        case .unchanged: "unchanged"
        case .added: "added"
        case .removed: "removed"
        case .changed: "changed"
        case .replaced: "replaced"
        }
    }
}

/// What has become of one target of an order.
public struct TargetReport: Equatable, Sendable {
    public var name: String
    /// 0 for a child without one.
    public var port: UInt16
    /// 0 where there is no process.
    public var pid: Int32
    public var isDone: Bool
    /// `stopped after 0.31 s`.
    public var outcome: String
    /// From the turn of this target until then.
    public var took: Nanoseconds
    /// What kind of change it was; nothing where a single child was meant.
    public var change: ServiceChange?
    /// What share it has now; nothing for one that is not balanced.
    public var weight: UInt32?
    /// How it behaves by `slow` and `fail`; nothing for one that is no lb-echo.
    public var faults: EchoFaults?
    /// By what it chooses; nothing for one that is no balancer.
    public var algorithm: BalancerOptions.Algorithm?

    public init(
        name: String, port: UInt16, pid: Int32, isDone: Bool, outcome: String,
        took: Nanoseconds = Nanoseconds(0), change: ServiceChange? = nil, weight: UInt32? = nil
    ) {
        self.name = name
        self.port = port
        self.pid = pid
        self.isDone = isDone
        self.outcome = outcome
        self.took = took
        self.change = change
        self.weight = weight
    }
}

extension ServiceOrder: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(verb)
        frame.put(targets)
        frame.put(isRolling)
        frame.put(waits)
        frame.put(settings)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        verb = try frame.tag(ServiceVerb.self, "verb")
        targets = try frame.names("a target")
        isRolling = try frame.flag()
        waits = try frame.flag()
        settings = []
        let count = try frame.number(UInt32.self)
        if count != (verb.setting == nil ? 0 : targets.count) {
            throw Misspelling("\(count) settings for \(targets.count) targets")
        }
        for _ in 0..<count {
            let setting = try Setting(from: &frame)
            if setting.kind != verb.setting { throw Misspelling("a setting is of another verb") }
            settings.append(setting)
        }
    }
}

extension TargetReport: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(name)
        frame.put(port)
        frame.put(pid)
        frame.put(isDone)
        frame.put(outcome)
        frame.put(took.count)
        frame.put(change != nil)
        if let change { frame.put(change) }
        frame.put(number: weight)
        frame.put(faults)
        frame.put(algorithm)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        name = try frame.text()
        port = try frame.number()
        pid = try frame.number()
        isDone = try frame.flag()
        outcome = try frame.text()
        took = Nanoseconds(try frame.number())
        change = try frame.flag() ? try frame.tag(ServiceChange.self, "change") : nil
        weight = try frame.optionalNumber()
        faults = try frame.optional()
        algorithm = try frame.optional()
    }
}
