import Basics
import Control
import Kernel

/// What is to run, as the flags of `up`, the Procfile and the defaults say together.
public struct Topology {
    /// The flags of `up`, nothing where one was not given.
    public struct Flags: Sendable {
        public var backends: Int?
        public var port: UInt16?
        public var basePort: UInt16?
        public var host: String?
        public var restartDelay: Nanoseconds?
        public var rule: Restarting.Rule?

        public init() {}
    }

    static let defaultPort: UInt16 = 8080
    static let defaultBasePort: UInt16 = 3000
    static let defaultBackends = 3
    /// Where other types get their ports from, a hundred apart, as foreman gives them.
    static let firstOtherPort: UInt16 = 5000

    public private(set) var listen: [Address] = []
    public private(set) var children: [ChildPlan] = []
    public private(set) var notices: [String] = []

    private let flags: Flags
    private let environment: [(name: String, value: String)]
    private let programFolder: String

    /// Works out the children; fails with what is wrong with the Procfile or the flags.
    public init(
        _ procfile: Procfile, flags: Flags, environment: [(name: String, value: String)],
        programFolder: String
    ) throws(Refusal) {
        self.flags = flags
        self.environment = environment
        self.programFolder = programFolder
        if !procfile.skipped.isEmpty {
            let numbers = procfile.skipped.map { String($0) }.joined(separator: ", ")
            notices.append("the Procfile says nothing that is understood on line \(numbers)")
        }
        let balanced = procfile.lines.first { Self.isBalanced($0.type) }
        if balanced != nil, !procfile.lines.contains(where: { $0.type == "balancer" }) {
            try addBalancer("lb-balancer")
        }
        var otherPort = Self.firstOtherPort
        for line in procfile.lines {
            if line.type == "balancer" {
                try addBalancer(line.command)
            } else if line.type == balanced?.type {
                try addBackends(line)
            } else {
                try add(line, name: line.type, role: .other, port: otherPort)
                otherPort += 100
            }
        }
        if balanced == nil {
            notices.append("no 'backend' or 'web' in the Procfile: nothing is balanced")
        }
        // The balancer is named first everywhere, and started first.
        children.sort { $0.role == .balancer && $1.role != .balancer }
    }

    static func isBalanced(_ type: String) -> Bool { type == "backend" || type == "web" }

    private mutating func addBalancer(_ command: String) throws(Refusal) {
        let port = flags.port ?? Self.defaultPort
        let words = try words(of: command, name: "balancer", port: port)
        guard words.first.map(Self.fileName) == "lb-balancer" else {
            let line = Procfile.Line(type: "balancer", command: command)
            try add(line, name: "balancer", role: .other, port: port)
            notices.append("the balancer is not lb-balancer: it is run, and nothing is told to it")
            return
        }
        let options: BalancerOptions
        do throws(UsageError) {
            options = try BalancerOptions(words: Array(words.dropFirst()))
        } catch {
            throw Refusal(
                what: "the balancer's line can't be used", why: error.message, advice: error.hint)
        }
        listen = try Self.listeners(options.listen, flags: flags)
        children.append(
            ChildPlan(
                name: "balancer", type: "balancer", role: .balancer, port: listen[0].port ?? 0,
                words: words, rule: flags.rule ?? .always, restartDelay: flags.restartDelay))
    }

    /// The addresses to bind: a flag goes before the line, the line before the default.
    static func listeners(_ texts: [String], flags: Flags) throws(Refusal) -> [Address] {
        if texts.isEmpty || flags.port != nil || flags.host != nil {
            let port = flags.port ?? Self.defaultPort
            guard let host = flags.host else {
                return [.loopback(port: port), .loopback6(port: port)]
            }
            guard let address = Address(host: host, port: port) else {
                throw Refusal(
                    what: "the balancer can't listen on '\(host)'",
                    why: "it is no numeric address",
                    advice: "name one of this machine's addresses, such as 127.0.0.1 or 0.0.0.0")
            }
            return host == "localhost" ? [address, .loopback6(port: port)] : [address]
        }
        var addresses: [Address] = []
        for text in texts {
            let bare = text.hasPrefix(":") ? String(text.dropFirst()) : text
            if let port = UInt16(bare) {
                addresses += [.loopback(port: port), .loopback6(port: port)]
            } else if let address = Address(text) {
                addresses.append(address)
            } else {
                throw Refusal(
                    what: "the balancer can't listen on '\(text)'", why: "it is no address",
                    advice: "--listen takes ADDR:PORT, or a bare port for both loopbacks")
            }
        }
        return addresses
    }

    private mutating func addBackends(_ line: Procfile.Line) throws(Refusal) {
        let count = flags.backends ?? Self.defaultBackends
        let base = Int(flags.basePort ?? Self.defaultBasePort)
        if base + count > 65536 {
            throw Refusal(
                what: "\(count) backends can't have ports from \(base) on",
                why: "the last port is 65535", advice: "choose a lower --base-port")
        }
        for index in 0..<count {
            let port = base == 0 ? try unusedPort() : UInt16(base + index)
            try add(line, name: "\(line.type).\(index + 1)", role: .backend, port: port)
        }
    }

    /// A free port that none of the children has been given yet: what the kernel chose before is
    /// free until its child listens, and may be chosen again.
    private func unusedPort() throws(Refusal) -> UInt16 {
        while true {
            let port = try Ports.unused()
            if !children.contains(where: { $0.port == port }) { return port }
        }
    }

    private mutating func add(
        _ line: Procfile.Line, name: String, role: ChildPlan.Role, port: UInt16
    ) throws(Refusal) {
        let usual: Restarting.Rule = role == .backend ? .always : .onFailure
        children.append(
            ChildPlan(
                name: name, type: line.type, role: role, port: port,
                words: try words(of: line.command, name: name, port: port),
                rule: flags.rule ?? usual, restartDelay: flags.restartDelay))
    }

    private func words(of command: String, name: String, port: UInt16) throws(Refusal) -> [String] {
        let reading = try ShellWords.read(command) { variable in
            switch variable {
            case "PORT": return String(port)
            case Inheritance.instance: return name
            default:
                return environment.last { $0.name == variable }?.value
                    ?? ThisProcess.variable(variable)
            }
        }
        switch reading {
        case .words(let words):
            if words.isEmpty {
                throw Refusal(what: "\(name) can't be started", why: "its command is empty")
            }
            return words
        case .needsShell: return ["/bin/sh", "-c", command]
        }
    }

    static func fileName(_ path: String) -> String {
        path.split(separator: "/").last.map { String($0) } ?? path
    }
}
