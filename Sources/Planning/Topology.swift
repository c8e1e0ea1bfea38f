import Basics
import Control
import Kernel

/// What is to run, as the flags of `up`, the Procfile and the defaults say together.
public struct Topology {
    /// The flags of `up`, nothing where one was not given.
    public struct Flags: Equatable, Sendable {
        public var backends: Int?
        public var balancers: Int?
        public var port: UInt16?
        public var basePort: UInt16?
        public var host: String?
        public var restartDelay: Nanoseconds?
        public var startLimit: Nanoseconds?
        public var stops = StopRules()
        public var rule: RestartRule?
        public var formation = Formation()
        /// Words for the balancer, behind those of its line.
        public var balancer: [String] = []
        /// The types whose output is to be a terminal to them; `all` stands for all of them.
        public var terminals: [String] = []
        /// The types whose output and errors are one stream, likewise.
        public var merged: [String] = []

        public init() {}
    }

    /// The ports of children that run already.
    public struct KnownPorts: Sendable {
        /// Of the balanced ones, in their order, whatever their type is called now.
        public var backends: [UInt16] = []
        /// By name.
        public var others: [String: UInt16] = [:]

        public init() {}
    }

    static let defaultPort: UInt16 = 8080
    static let defaultBasePort: UInt16 = 3000
    static let defaultBackends = 3
    /// Where other types get their ports from, a hundred apart, as foreman gives them.
    static let firstOtherPort = 5000

    public private(set) var listen: [Address] = []
    /// How long a backend may take to finish what it has.
    public private(set) var drainLimit = Nanoseconds.seconds(30)
    public private(set) var children: [ChildPlan] = []
    /// Whether connections are balanced, and not requests.
    public private(set) var isStream = false
    public internal(set) var notices: [String] = []
    /// What may be meant as it is, but often is not; for whoever asks.
    public internal(set) var doubts: [String] = []
    /// The ports that the kernel chose for lb-echoes, until these hold them themselves.
    public internal(set) var holds: [PortHold] = []

    let flags: Flags
    let ports: KnownPorts
    /// What the balanced type is given; none where the kernel chooses.
    var backendPorts = 0..<0
    /// What the balancer's line says, for what is not the balancer's own.
    private var weights = BalancerOptions()
    let environment: EnvironmentFile
    private let programFolder: ByteString

    /// Works out the children; fails with what is wrong with the Procfile or the flags.
    ///
    /// `ports` are those of children that run already, by name: these stay as they are, wherever
    /// their line stands now; nothing where the service is only about to run.
    public init(
        _ procfile: Procfile, flags: Flags, environment: EnvironmentFile, programFolder: ByteString,
        ports: KnownPorts? = nil
    ) throws(Refusal) {
        self.ports = ports ?? KnownPorts()
        self.flags = flags
        self.environment = environment
        self.programFolder = programFolder
        tellOfOmissions(procfile.path, procfile.skipped, form: "type: command")
        let folder = procfile.path.lastIndex(of: "/").map { procfile.path[...$0] } ?? ""
        tellOfOmissions("\(folder).env", environment.skipped, form: "NAME=value")
        tellOfOpenQuotes("\(folder).env", environment.unclosed)
        if procfile.lines.isEmpty {
            throw Self.nothing(procfile)
        }
        let balanced = procfile.lines.first { Self.isBalanced($0.type) }
        // Of a service that runs a type may have left the file since it was spoken of.
        if ports == nil {
            try flags.formation.check(against: procfile.lines.map { $0.type })
            let types = procfile.lines.map { $0.type }
            try Self.check(flags.terminals, of: "--pty", against: types)
            try Self.check(flags.merged, of: "--merge-streams", against: types)
            try flags.stops.check(against: types)
        }
        if balanced != nil, !procfile.lines.contains(where: { $0.type == "balancer" }) {
            try addBalancer(Procfile.Line(type: "balancer", command: "lb-balancer"))
        }
        for line in procfile.lines where line.type == "balancer" { try addBalancer(line) }
        if let balanced { try chooseBackendPorts(balanced) }
        var otherPort = Self.firstOtherPort
        for line in procfile.lines where line.type != "balancer" {
            if line.type == balanced?.type {
                try addBackends(line)
            } else {
                try addOthers(line, from: otherPort)
                otherPort += 100
            }
        }
        for line in procfile.lines { doubt(line, isBalanced: line.type == balanced?.type) }
        tellWhatIsBalanced(balanced?.type, procfile)
        if let limit = flags.startLimit {
            for index in children.indices { children[index].startLimit = limit }
        }
        setStops()
        weigh()
        tellOfStrangers()
        tellEchoesOfMode()
        askEchoesForHealth(balanced?.type)
        holds.removeAll { hold in !children.contains { $0.port == hold.port && $0.isEcho } }
        if !flags.balancer.isEmpty, !children.contains(where: { $0.role == .balancer }) {
            let words = flags.balancer.joined(separator: " ")
            notices.append("there is no balancer to be told \(words)")
        }
        // The balancer is named first everywhere, and started first.
        children.sort { $0.role == .balancer && $1.role != .balancer }
    }

    private static func nothing(_ procfile: Procfile) -> Refusal {
        let lines = procfile.skipped
        return Refusal(
            what: "\(procfile.path) can't be used",
            why: "it names nothing to run"
                + (lines.isEmpty ? "" : ": \(numbers(lines)) not 'type: command'"),
            advice: "a line is 'type: command', such as 'web: python3 -m http.server $PORT'")
    }

    private mutating func setStops() {
        for index in children.indices {
            let type = children[index].type
            children[index].stopLimit = flags.stops.limit(of: type)
            children[index].stopSignal = flags.stops.signal(of: type, children[index].role)
        }
    }

    private mutating func tellOfOmissions(_ path: String, _ lines: [Int], form: String) {
        if lines.isEmpty { return }
        notices.append("\(path): \(Self.numbers(lines)) not '\(form)', and left out")
    }

    private mutating func tellOfOpenQuotes(_ path: String, _ lines: [Int]) {
        for line in lines {
            notices.append(
                "\(path):\(line): its quote is not closed, and is taken for a part of the value")
        }
    }

    /// `line 3 is`, `lines 3, 4 are`.
    private static func numbers(_ lines: [Int]) -> String {
        let numbers = lines.map { String($0) }.joined(separator: ", ")
        return lines.count == 1 ? "line \(numbers) is" : "lines \(numbers) are"
    }

    /// lb-echo speaks what is balanced: unless it is told its mode, it gets the balancer's.
    private mutating func tellEchoesOfMode() {
        for index in children.indices where isStream && children[index].role == .backend {
            let isTold = children[index].words.contains { $0.hasPrefix("--mode") }
            if children[index].isEcho && !isTold {
                children[index].words += ["--mode", "tcp"]
            }
        }
    }

    /// lb-echo is known to answer on /health: unless another check is asked for, it gets this one.
    private mutating func askEchoesForHealth(_ balanced: String?) {
        let backends = children.filter { $0.type == balanced && $0.role != .balancer }
        guard !backends.isEmpty,
            backends.allSatisfy(\.isEcho),
            let balancer = children.first(where: { $0.role == .balancer }),
            !isStream, !balancer.words.contains(where: Self.asksForCheck)
        else { return }
        for index in children.indices where children[index].role == .balancer {
            children[index].words += ["--health-check", "http:/health"]
        }
    }

    private static func asksForCheck(_ word: ByteString) -> Bool {
        word.hasPrefix("--health-check") || word.hasPrefix("--health-expect")
    }

    static func isBalanced(_ type: String) -> Bool { type == "backend" || type == "web" }

    private mutating func tellWhatIsBalanced(_ balanced: String?, _ procfile: Procfile) {
        guard let balanced else {
            notices.append("no 'backend' or 'web' in \(procfile.path): nothing is balanced")
            return
        }
        if let second = procfile.lines.first(where: {
            Self.isBalanced($0.type) && $0.type != balanced
        }) {
            notices.append("'\(balanced)' is balanced; '\(second.type)' runs beside it")
        }
    }

    /// The copies of a type that is not balanced: a single one has the type's name alone.
    private mutating func addOthers(_ line: Procfile.Line, from port: Int) throws(Refusal) {
        let count = flags.formation.count(of: line.type) ?? 1
        var port = port
        // A type that is new gets what no child has.
        while ports.others.contains(where: {
            $0.value == port && !Self.isCopy($0.key, of: line.type)
        }) || backendPorts.overlaps(port..<port + count) {
            port += 100
        }
        for index in 0..<count {
            let name = count == 1 ? line.type : "\(line.type).\(index + 1)"
            let known = ports.others[name]
            guard let own = known ?? UInt16(exactly: port + index) else {
                throw Refusal(
                    what: line.fault,
                    why: "there is no port left for '\(name)': a type's ports lie a hundred apart "
                        + "from \(Self.firstOtherPort) on, and the last one is 65535",
                    advice: "run fewer types in one service")
            }
            try add(line, name: name, role: .other, port: own)
        }
    }

    private static func isCopy(_ name: String, of type: String) -> Bool {
        name == type || name.hasPrefix(type + ".")
    }

    private mutating func addBalancer(_ line: Procfile.Line) throws(Refusal) {
        let port = flags.port ?? Self.defaultPort
        var words = try words(of: line, name: "balancer", port: port)
        guard words.first?.lastComponent == "lb-balancer" else {
            try add(line, name: "balancer", role: .other, port: port)
            notices.append("the balancer is not lb-balancer: it is run, and nothing is told to it")
            return
        }
        words += flags.balancer.map { ByteString($0) }
        let options: BalancerOptions
        do throws(UsageError) {
            options = try BalancerOptions(words: Array(words.dropFirst()))
            try options.refuseContradictions()
            if let fault = Network.fault(in: options.trustProxy) { throw fault }
        } catch {
            throw Refusal(what: line.fault, why: error.message, advice: error.hint)
        }
        if !options.backends.isEmpty {
            notices.append(
                "\(line.place): --backend is left out: the copies of 'backend' or 'web' are meant")
        }
        drainLimit = options.drainTimeout
        weights = options
        isStream = options.mode == .tcp
        // They are the supervisor's to tell: so a change of them is no change of the balancer.
        words = Self.without("weight", words)
        listen = try Self.listeners(options.listen, flags: flags)
        let count = flags.balancers ?? 1
        for index in 0..<count {
            children.append(
                ChildPlan(
                    name: count == 1 ? "balancer" : "balancer.\(index + 1)", type: "balancer",
                    role: .balancer, port: listen[0].port ?? 0, words: words,
                    rule: flags.rule ?? .always, restartDelay: flags.restartDelay))
        }
    }

    /// Words without an option and its values.
    static func without(_ option: String, _ words: [ByteString]) -> [ByteString] {
        var rest: [ByteString] = []
        var isValue = false
        for word in words {
            if word == ByteString("--" + option) {
                isValue = true
            } else if !isValue && !word.hasPrefix(ByteString("--\(option)=")) {
                rest.append(word)
            } else {
                isValue = false
            }
        }
        return rest
    }

    /// What the balancer's line says of how much its backends weigh.
    private mutating func weigh() {
        for index in children.indices where children[index].role == .backend {
            let child = children[index]
            children[index].weight =
                weights.weight(name: child.name, type: child.type, port: child.port) ?? 1
        }
    }

    /// A weight may be meant for one that `scale` will bring; a slip of the pen should show.
    private mutating func tellOfStrangers() {
        for weight in weights.weights where weight.target != "all" {
            let isThere = children.contains { child in
                [child.name, child.type, String(child.port)].contains(weight.target)
            }
            if isThere { continue }
            notices.append(
                "--weight \(weight.target)=\(weight.weight) is for nobody that is there; it counts "
                    + "for who comes")
        }
    }

    private mutating func addBackends(_ line: Procfile.Line) throws(Refusal) {
        for index in 0..<backendCount(line) {
            let name = "\(line.type).\(index + 1)"
            let known = index < ports.backends.count ? ports.backends[index] : nil
            var port = known
            if !backendPorts.isEmpty { port = UInt16(backendPorts.lowerBound + index) }
            if port == nil { port = try unusedPort() }
            try add(line, name: name, role: .backend, port: port ?? 0)
        }
    }

    private mutating func add(
        _ line: Procfile.Line, name: String, role: ChildPlan.Role, port: UInt16
    ) throws(Refusal) {
        let usual: RestartRule = role == .backend ? .always : .onFailure
        let isRelease = role == .other && line.type == ChildPlan.releaseType
        children.append(
            ChildPlan(
                name: name, type: line.type, role: role, port: port,
                words: try words(of: line, name: name, port: port),
                rule: isRelease ? .never : flags.rule ?? usual, restartDelay: flags.restartDelay,
                hasTerminal: flags.terminals.contains { $0 == line.type || $0 == "all" },
                mergesStreams: flags.merged.contains { $0 == line.type || $0 == "all" }))
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
