import Basics
import Control
import Kernel
import Logs
import Supervision
import Terminal

/// The words behind `up`, read and checked.
struct UpFlags {
    let name: String
    let folder: RuntimeFolder
    let topology: Topology.Flags
    let procfile: String?
    let isDetached: Bool
    let format: LinePainter.Format
    let colour: ColourChoice
    let admin: UInt16?
    /// How much of the log is kept, in bytes.
    let logSize: UInt64

    static let options = [
        Option("backends", value: "N", help: "how many backends (3)"),
        Option("port", value: "P", help: "the balancer's port (8080; 0: any)"),
        Option("base-port", value: "P", help: "the first backend's port (3000; 0: any)"),
        Option("host", value: "ADDR", help: "the balancer's address (both loopbacks)"),
        Option("admin", value: "P", help: "the port for metrics and the page (8404)"),
        Option("procfile", short: "f", value: "FILE", help: "what to run (./Procfile)"),
        Option("detach", short: "d", help: "return once everything is ready"),
        Option("restart", value: "RULE", help: "always, on-failure or never"),
        Option("restart-delay", value: "TIME", help: "wait before each restart"),
        Option("log-size", value: "SIZE", help: "how much of the log is kept (256MiB; from 1MiB)"),
        Option("format", value: "text|json", help: "how the log is shown (text)"),
        ColourChoice.option,
    ]

    init(_ words: [String]) throws(UsageError) {
        let verb = try Verb(
            words, usage: "lbctl up [OPTIONS]",
            examples: [
                ("lbctl up", "a balancer on 8080 and three backends from 3000 on"),
                ("lbctl up --backends 5 --port 9090", "five, and another port"),
                ("lbctl up -d", "in the background"),
            ], options: Self.options)
        try verb.refuseOperands()
        let given = verb.options
        var flags = Topology.Flags()
        flags.backends = try given.number("backends", in: 1...256)
        flags.port = try Self.port("port", given)
        flags.basePort = try Self.port("base-port", given)
        flags.host = given.value("host")
        flags.restartDelay = try given.duration("restart-delay")
        flags.rule = try Self.rule(given.value("restart"))
        topology = flags
        name = verb.name
        folder = try verb.folder()
        procfile = given.value("procfile")
        isDetached = given.has("detach")
        format = try given.choice("format") ?? .text
        colour = try given.choice("color") ?? .auto
        logSize = try given.size("log-size") ?? 256 << 20
        admin = try Self.port("admin", given)
    }

    private static func port(_ name: String, _ given: ParsedOptions) throws(UsageError) -> UInt16? {
        try given.number(name, in: 0...65535).map { UInt16($0) }
    }

    private static func rule(_ text: String?) throws(UsageError) -> Restarting.Rule? {
        switch text {
        case nil: return nil
        case "always": return .always
        case "on-failure": return .onFailure
        case "never": return .never
        default:
            throw UsageError("--restart is one of always, on-failure, never, not '\(text ?? "")'")
        }
    }

    /// Works out what to run and makes sure that it can be.
    func plan() throws(Refusal) -> ServicePlan {
        if FileLock.holder(folder.guardianLock) != nil { throw UpCommand.alreadyRunning(self) }
        let (file, environment) = try procfileAndEnvironment()
        let programFolder = Self.folder(of: ThisProcess.executable)
        let topology = try Topology(
            file, flags: topology, environment: environment, programFolder: programFolder)
        try checkPrograms(topology, programFolder)
        var notices = topology.notices
        let listen = try checkPorts(topology, &notices)
        return ServicePlan(
            name: name, runtimePath: folder.path, historyPath: HistoryFolder.path(of: name),
            historyLimit: logSize,
            programFolder: programFolder, listen: listen.map { "\($0)" },
            children: topology.children, descriptorLimit: ThisProcess.descriptorLimit,
            environment: environment.map { "\($0.name)=\($0.value)" }, notices: notices)
    }

    private func procfileAndEnvironment() throws(Refusal) -> (
        Procfile, [(name: String, value: String)]
    ) {
        let path = procfile ?? "Procfile"
        if procfile == nil && !Files.exists(path) { return (.builtIn, []) }
        let beside = path.contains("/") ? Self.folder(of: path) + "/.env" : ".env"
        let text: String
        let environment: String
        do throws(SystemError) {
            text = try Files.text(path)
            environment = Files.exists(beside) ? try Files.text(beside) : ""
        } catch {
            throw Refusal(what: "\(path) can't be read", why: "\(error.errno)")
        }
        return (try Procfile(text), Procfile.environment(environment))
    }

    private func checkPrograms(_ topology: Topology, _ folder: String) throws(Refusal) {
        for child in topology.children {
            let word = child.words[0]
            if ["lb-balancer", "lb-echo"].contains(word), !Files.isExecutable(folder + "/" + word) {
                throw Refusal(
                    what: "\(child.name) can't be started",
                    why: "there is no \(word) beside lbctl in \(folder)",
                    advice: "build it with 'swift build -c release'")
            }
        }
    }

    /// Looks at every port before anything is started. Returns where to listen.
    private func checkPorts(
        _ topology: Topology, _ notices: inout [String]
    ) throws(Refusal) -> [Address] {
        var listen: [Address] = []
        for address in topology.listen {
            if case .absent = Ports.look(at: address), address.isLoopback, address.port != nil,
                topology.listen.count > 1
            {
                notices.append("there is no IPv6 here: \(address) is left out")
                continue
            }
            try Ports.check(address, for: "the balancer", flag: "--port")
            listen.append(address)
        }
        for child in topology.children where child.role == .backend {
            let address = Address.loopback(port: child.port)
            try Ports.check(address, for: child.name, flag: "--base-port")
        }
        if let admin, admin != 0 {
            try Ports.check(.loopback(port: admin), for: "the admin page", flag: "--admin")
        }
        return listen
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
