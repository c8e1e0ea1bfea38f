import Basics
import Control
import Kernel
import Logs
import Planning
import Supervision
import Terminal

/// The words behind `up`, read and checked.
struct UpFlags {
    let name: String
    let folder: RuntimeFolder
    let topology: Topology.Flags
    let procfile: ByteString?
    let isDetached: Bool
    let format: LinePainter.Format
    let colour: ColourChoice
    let view: LineView
    /// How much of the log is kept, in bytes.
    let logSize: UInt64

    static let options = [
        Option("backends", value: "N", help: "how many backends (3)"),
        Option("balancers", value: "N", help: "how many balancers share the port (1)"),
        Option("port", value: "P", help: "the balancer's port (8080; 0: any)"),
        Option("base-port", value: "P", help: "the first backend's port (3000; 0: any)"),
        Option("host", value: "ADDR", help: "the balancer's address (both loopbacks)"),
        Option(
            "admin", value: "P|off", help: "the port for metrics, JSON and a page (8404; 0: any)"),
        Option(
            "procfile", short: "f", value: "FILE", help: "what to run, in its folder (./Procfile)"),
        Option("detach", short: "d", help: "return once everything is ready"),
        Option(
            "formation", value: "TYPE=N,…", help: "copies of types, as worker=2,clock=0"),
        Option("pty", value: "TYPE", help: "give this type a terminal, if it holds lines back"),
        Option(
            "merge-streams", value: "TYPE|all",
            help: "one stream for this type's output and errors, in exact order"),
        Option(
            "restart", value: "RULE",
            help: "always, on-failure or never (always for what is balanced, else on-failure)",
            words: ["always", "on-failure", "never"]),
        Option("restart-delay", value: "TIME", help: "wait before each restart"),
        Option("start-timeout", value: "TIME", help: "how long a start may take (60s)"),
        Option(
            "stop-timeout", value: "[TYPE=]TIME",
            help: "how long an end may take before SIGKILL, for all or for a type (10s)"),
        Option(
            "stop-signal", value: "[TYPE=]SIG",
            help: "what asks a program to end, for all or for a type (TERM)"),
        Option(
            "latency", value: "[TARGET=]TIME",
            help: "echo backends answer so much later, as 3001=20ms; 'lbctl slow' changes it"),
        Option(
            "error-rate", value: "[TARGET=]PERCENT",
            help: "echo backends fail so many requests, as 3001=10%; 'lbctl fail' changes it"),
        Option(
            "on-event", value: "[KIND,…:]COMMAND",
            help: "run this when something happens (all kinds; 'lbctl events --help' has them)",
            words: EventKind.allCases.map { $0.rawValue + ":" }),
        Option("log-size", value: "SIZE", help: "how much of the log is kept (256MiB; from 1MiB)"),
        Option(
            "format", value: "text|json",
            help: "how the log is shown (text); with -d the rows of 'ps'"),
        ColourChoice.option, LineView.timestamps, LineView.accessLines,
    ]

    static let examples = [
        ("lbctl up", "a balancer on 8080 and three backends from 3000 on"),
        ("lbctl up --backends 5 --port 9090", "five, and another port"),
        ("lbctl up --mode tcp", "balance connections of anything, not HTTP requests"),
        ("lbctl up -d", "in the background; returns when all is ready"),
        ("lbctl up -f app/Procfile --formation worker=2", "your own programs"),
        ("lbctl up --on-event 'killed,failed:mail -s \"$LBCTL_WHAT\" me'", "tell what happens"),
    ]

    static let remark = """
        A Procfile line is 'type: command'. 'backend' or 'web' is balanced: its copies get ports
        from --base-port on, in PORT; other types run beside it, one copy each, with a PORT from
        5000 up by hundreds. A flag goes before the Procfile, the Procfile before the default.
        What .env beside it says (NAME=value) goes before the environment, as with foreman.

        COMMAND of --on-event is run by /bin/sh in the Procfile's folder, one at a time, for 10s at
        most. It finds the event as JSON on standard input, and in LBCTL_EVENT (its kind),
        LBCTL_PROCESS, LBCTL_PORT, LBCTL_PID, LBCTL_WHAT, LBCTL_TIME, LBCTL_SERVICE and
        LBCTL_CONSECUTIVE (how many alike are told at once).

        The options of 'lb-balancer --help' are taken too, such as --health-check tcp, but for
        --listen, --backend and --ready-fd. They go before the balancer's line.
        """

    init(_ words: [ByteString]) throws(UsageError) {
        try self.init(
            try Self.explained { () throws(UsageError) in
                try Verb(
                    words, usage: "lbctl up [OPTIONS]", examples: Self.examples,
                    options: Self.options, further: BalancerOptions.optionsOfUp, naming: .gives,
                    remark: Self.remark)
            })
    }

    /// Reads words, and says what the balancer's own options are here.
    static func explained(_ read: () throws(UsageError) -> Verb) throws(UsageError) -> Verb {
        do throws(UsageError) {
            return try read()
        } catch {
            if error.message != "unknown option '--listen'" { throw error }
            throw UsageError(
                error.message,
                hint: "it is --port and --host here, as in --port 8080 --host 127.0.0.1")
        }
    }

    /// The flags of `up`, behind whichever verb they stand.
    init(_ verb: Verb) throws(UsageError) {
        try verb.refuseOperands()
        let given = verb.options
        var flags = Topology.Flags()
        let backends = RequestBounds.backends
        flags.backends = try given.number(
            "backends", in: Int(backends.lowerBound)...Int(backends.upperBound))
        flags.balancers = try given.number("balancers", in: 1...16)
        flags.port = try Self.port("port", given)
        flags.basePort = try Self.port("base-port", given)
        flags.host = given.value("host")
        flags.admin = try Self.admin(given.value("admin"))
        if let text = given.value("formation") { flags.formation = try Formation(text) }
        flags.terminals = Self.types("pty", given)
        flags.merged = Self.types("merge-streams", given)
        flags.restartDelay = try given.duration("restart-delay")
        flags.startLimit = try given.span("start-timeout")
        flags.stops = try StopRules(
            timeouts: given.values("stop-timeout"), signals: given.values("stop-signal"))
        flags.faults = try Self.faults("latency", .latency, given)
        flags.faults += try Self.faults("error-rate", .errorRate, given)
        for word in given.allOctets("on-event") {
            flags.eventCommands.append(try EventCommand(word))
        }
        flags.rule = try Self.rule(given.value("restart"))
        for option in BalancerOptions.optionsOfUp {
            flags.balancer += given.values(option.name).map { value in
                option.value == nil ? "--\(option.name)" : "--\(option.name)=\(value)"
            }
        }
        // Here, where what is wrong is the command line.
        _ = try BalancerOptions(words: flags.balancer)
        topology = flags
        procfile = given.octets("procfile")
        name = verb.named ?? ServiceName.of(procfile: procfile)
        folder = try RuntimeFolder(name: name)
        isDetached = given.has("detach")
        format = try given.choice("format") ?? .text
        colour = try given.choice("color") ?? .auto
        view = try LineView(given)
        logSize = try Self.logSize(given)
    }

    private static func admin(_ text: String?) throws(UsageError) -> AdminPort {
        if let text { return try AdminPort(text) }
        return .usual
    }

    private static func faults(
        _ name: String, _ kind: Setting.Kind, _ given: ParsedOptions
    ) throws(UsageError) -> [TargetSetting] {
        var found: [TargetSetting] = []
        for text in given.values(name) {
            do throws(UsageError) {
                found.append(try TargetSetting(kind, text))
            } catch {
                throw UsageError("--\(name): \(error.message)", hint: error.hint)
            }
        }
        return found
    }

    private static func types(_ name: String, _ given: ParsedOptions) -> [String] {
        given.values(name).flatMap { $0.split(separator: ",").map { String($0) } }
    }

    private static func logSize(_ given: ParsedOptions) throws(UsageError) -> UInt64 {
        let size = try given.size("log-size") ?? 256 << 20
        if size < 1 << 20 {
            throw UsageError(
                "--log-size can't be '\(given.value("log-size") ?? "")'",
                hint: "it is 1MiB at least")
        }
        return size
    }

    private static func port(_ name: String, _ given: ParsedOptions) throws(UsageError) -> UInt16? {
        try given.number(name, in: 0...65535).map { UInt16($0) }
    }

    private static func rule(_ text: String?) throws(UsageError) -> RestartRule? {
        switch text {
        case nil: return nil
        case "always": return .always
        case "on-failure": return .onFailure
        case "never": return .never
        default:
            throw UsageError(
                "--restart can't be '\(text ?? "")'",
                hint: "it is one of always, on-failure, never")
        }
    }
}
