import Basics
import Control
import Kernel

/// All that a supervisor is told when it is started: what to run, where, and under which name.
public struct ServicePlan: Equatable, Sendable {
    public var name: String
    /// `RuntimeFolder.path`.
    public var runtimePath: ByteString
    /// Where the history is kept.
    public var historyPath: ByteString
    /// How much of it is kept, in bytes.
    public var historyLimit: UInt64
    /// The folder of lbctl's own programs.
    public var programFolder: ByteString
    /// Where the balancer is to listen, of what this machine has; empty without one.
    public var listen: [Address]
    /// Where it was to listen, whether this machine has it or not.
    public var requestedListen: [Address]
    public var children: [ChildPlan]
    /// The soft limit of descriptors that lbctl itself was started with.
    public var descriptorLimit: UInt64
    /// How long a backend may take to finish what it has before a planned end.
    public var drainLimit: Nanoseconds
    /// What all this was worked out from.
    public var recipe: Recipe
    /// Said once, at the beginning.
    public var notices: [String]

    public init(
        name: String, runtimePath: ByteString, historyPath: ByteString, historyLimit: UInt64,
        programFolder: ByteString, listen: [Address], requestedListen: [Address],
        children: [ChildPlan], descriptorLimit: UInt64, drainLimit: Nanoseconds, recipe: Recipe,
        notices: [String]
    ) {
        self.name = name
        self.runtimePath = runtimePath
        self.historyPath = historyPath
        self.historyLimit = historyLimit
        self.programFolder = programFolder
        self.listen = listen
        self.requestedListen = requestedListen
        self.children = children
        self.descriptorLimit = descriptorLimit
        self.drainLimit = drainLimit
        self.recipe = recipe
        self.notices = notices
    }
}

/// One child as it is to be started.
public struct ChildPlan: Equatable, Sendable {
    /// What a child is to the service.
    public enum Role: UInt8, Sendable {
        /// lb-balancer: it is given the listening sockets and the link.
        case balancer
        /// One of those between which the balancer chooses.
        case backend
        /// Anything that runs beside them.
        case other
        /// lb-admin: it is given the scoreboard to read, and told where the service is reached.
        case admin
    }

    public var name: String
    public var type: String
    public var role: Role
    /// 0 for one without a port.
    public var port: UInt16
    /// The words of its command line, the program first.
    public var words: [ByteString]
    public var rule: RestartRule
    /// Added before each restart.
    public var restartDelay: Nanoseconds?
    /// How long it may take to become ready.
    public var startLimit = PlanLimits.start
    /// What its leader is sent when it is to end.
    public var stopSignal = Signal.terminate
    /// How long it, and all that came of it, may take to end.
    public var stopLimit = PlanLimits.stop
    /// Its share of the choice at the beginning, if it is balanced.
    public var weight: UInt32 = 1
    /// How it behaves at the beginning, if it is an lb-echo.
    public var faults = EchoFaults()
    /// Whether its output is a terminal to it.
    public var hasTerminal = false
    /// Whether its standard error goes where its standard output does.
    public var mergesStreams = false
    /// What the words of lb-balancer say; `nil` for any other program.
    public var options: BalancerOptions?

    /// Whether it must have ended well before the others are started.
    public var isRelease: Bool { role == .other && type == Self.releaseType }
    /// As Heroku calls it.
    public static let releaseType = "release"

    /// Whether it is an echo backend of ours.
    public var isEcho: Bool { role == .backend && runsEcho }

    /// Whether its program is lb-echo, balanced or not.
    public var runsEcho: Bool { words.first?.lastComponent == "lb-echo" }

    /// Whether its command line has it send all bytes back, and not answer requests.
    public var speaksTCP: Bool {
        words.indices.contains { index in
            words[index] == "--mode=tcp"
                || (words[index] == "--mode" && words.dropFirst(index + 1).first == "tcp")
        }
    }
}

extension ServicePlan {
    /// Where the children are started.
    public var directory: ByteString { recipe.directory }
    /// Whether connections are balanced, and not requests.
    public var isStream: Bool {
        children.first { $0.role == .balancer }?.options?.mode == .tcp
    }
    /// By what the balancer is to choose at the beginning.
    public var algorithm: BalancerOptions.Algorithm {
        (children.first { $0.role == .balancer }?.options ?? BalancerOptions()).algorithm
    }
    /// What is counted where a process has died.
    public var unit: WorkUnit { isStream ? .connection : .request }

    /// Variables from the `.env` file, `NAME=value` each.
    public var environment: [ByteString] { recipe.environment.entries }
}

extension ServicePlan: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(name)
        frame.put(runtimePath)
        frame.put(historyPath)
        frame.put(historyLimit)
        frame.put(programFolder)
        frame.put(listen.map { "\($0)" })
        frame.put(requestedListen.map { "\($0)" })
        frame.put(children)
        frame.put(descriptorLimit)
        frame.put(drainLimit.count)
        recipe.spell(into: &frame)
        frame.put(notices)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        name = try frame.text()
        runtimePath = try frame.octets()
        historyPath = try frame.octets()
        historyLimit = try frame.number()
        programFolder = try frame.octets()
        listen = try Self.addresses(from: &frame)
        requestedListen = try Self.addresses(from: &frame)
        children = try frame.list()
        descriptorLimit = try frame.number()
        drainLimit = Nanoseconds(try frame.number())
        recipe = try Recipe(from: &frame)
        notices = try frame.texts()
    }
}

extension ServicePlan {
    private static func addresses(
        from frame: inout FrameReader
    ) throws(Misspelling) -> [Address] {
        var addresses: [Address] = []
        for text in try frame.texts() {
            guard let address = Address(text) else {
                throw Misspelling("'\(text)' is no address to listen on")
            }
            addresses.append(address)
        }
        return addresses
    }
}

extension ChildPlan: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(name)
        frame.put(type)
        frame.put(role.rawValue)
        frame.put(port)
        frame.put(words)
        frame.put(rule.rawValue)
        frame.put(restartDelay != nil)
        frame.put(restartDelay?.count ?? 0)
        frame.put(startLimit.count)
        frame.put(UInt64(stopSignal.rawValue))
        frame.put(stopLimit.count)
        frame.put(weight)
        frame.put(faults)
        frame.put(hasTerminal)
        frame.put(mergesStreams)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        name = try frame.text()
        type = try frame.text()
        guard let role = Role(rawValue: try frame.byte()) else {
            throw Misspelling("an unknown role of a child")
        }
        self.role = role
        port = try frame.number()
        words = try frame.octetList()
        guard let rule = RestartRule(rawValue: try frame.byte()) else {
            throw Misspelling("an unknown rule for restarts")
        }
        self.rule = rule
        let isDelayed = try frame.flag()
        let delay: UInt64 = try frame.number()
        restartDelay = isDelayed ? Nanoseconds(delay) : nil
        startLimit = Nanoseconds(try frame.number())
        let signal: UInt64 = try frame.number()
        stopSignal = Signal(rawValue: Int32(truncatingIfNeeded: signal))
        stopLimit = Nanoseconds(try frame.number())
        weight = try frame.number()
        faults = try EchoFaults(from: &frame)
        hasTerminal = try frame.flag()
        mergesStreams = try frame.flag()
        if role == .balancer { options = try Self.options(words) }
    }

    /// Its words are what a balancer's options are written as.
    private static func options(_ words: [ByteString]) throws(Misspelling) -> BalancerOptions {
        do throws(UsageError) {
            return try BalancerOptions(words: Array(words.dropFirst()))
        } catch {
            throw Misspelling(error.message)
        }
    }
}
