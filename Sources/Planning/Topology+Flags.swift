import Basics
import Control

extension Topology {
    /// The flags of `up` that say what is to run; `nil` where one was not given.
    public struct Flags: Equatable, Sendable {
        /// How many backends; a formation may say it too.
        public var backends: Int?
        public var balancers: Int?
        /// Where the balancer listens; 0 lets the kernel choose.
        public var port: UInt16?
        /// The first backend's; 0 lets the kernel choose all of them.
        public var basePort: UInt16?
        public var host: String?
        /// Where lb-admin listens.
        public var admin = AdminPort.off
        public var restartDelay: Nanoseconds?
        public var startLimit: Nanoseconds?
        public var stops = StopRules()
        public var rule: RestartRule?
        public var formation = Formation()
        /// Words for the balancer, behind those of its line.
        public var balancer: [String] = []
        /// The types whose output is to be a terminal to them; `all` stands for all of them.
        public var terminals: [String] = []
        /// The types whose output and errors are one stream; `all` stands for all of them.
        public var merged: [String] = []
        /// What `--latency` and `--error-rate` say, in their order.
        public var faults: [TargetSetting] = []
        /// What `--on-event` says, in its order.
        public var eventCommands: [EventCommand] = []

        public init() {}

        /// Fails where a flag names a type that is not there.
        func check(against types: [String]) throws(Refusal) {
            try formation.check(against: types)
            try Self.check(terminals, of: "--pty", against: types)
            try Self.check(merged, of: "--merge-streams", against: types)
            try stops.check(against: types)
        }

        private static func check(
            _ named: [String], of option: String, against types: [String]
        ) throws(Refusal) {
            for type in named where type != "all" && !types.contains(type) {
                throw Refusal(
                    what: "\(option) can't be '\(type)'", why: "there is no such type",
                    advice: "the types are \(types.joined(separator: ", "))")
            }
        }
    }
}

extension Topology.Flags: Spelled {
    public func spell(into frame: inout FrameWriter) {
        for number in [backends, balancers, port.map(Int.init), basePort.map(Int.init)] {
            frame.put(number != nil)
            frame.put(UInt64(number ?? 0))
        }
        frame.put(host ?? "")
        admin.spell(into: &frame)
        frame.put(restartDelay != nil)
        frame.put(restartDelay?.count ?? 0)
        frame.put(startLimit != nil)
        frame.put(startLimit?.count ?? 0)
        frame.put(rule?.rawValue ?? .max)
        frame.put(formation.text)
        frame.put(balancer)
        frame.put(terminals)
        stops.spell(into: &frame)
        frame.put(merged)
        frame.put(faults)
        frame.put(eventCommands)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        self.init()
        var numbers: [Int?] = []
        for _ in 0..<4 {
            let isGiven = try frame.flag()
            let number: UInt64 = try frame.number()
            numbers.append(isGiven ? Int(truncatingIfNeeded: number) : nil)
        }
        backends = numbers[0]
        balancers = numbers[1]
        port = numbers[2].map { UInt16(truncatingIfNeeded: $0) }
        basePort = numbers[3].map { UInt16(truncatingIfNeeded: $0) }
        let host = try frame.text()
        self.host = host.isEmpty ? nil : host
        admin = try AdminPort(from: &frame)
        let isDelayed = try frame.flag()
        let delay: UInt64 = try frame.number()
        restartDelay = isDelayed ? Nanoseconds(delay) : nil
        let isLimited = try frame.flag()
        let limit: UInt64 = try frame.number()
        startLimit = isLimited ? Nanoseconds(limit) : nil
        rule = RestartRule(rawValue: try frame.byte())
        let formation = try frame.text()
        do throws(UsageError) {
            self.formation = formation.isEmpty ? Formation() : try Formation(formation)
        } catch {
            throw Misspelling(error.message)
        }
        balancer = try frame.texts()
        terminals = try frame.texts()
        stops = try StopRules(from: &frame)
        merged = try frame.texts()
        faults = try frame.list()
        eventCommands = try frame.list()
    }
}
