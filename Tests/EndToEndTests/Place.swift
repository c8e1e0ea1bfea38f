import Basics
import Kernel
import Synchronization
import TestSupport

/// Where a service lives: its name, its folders, and all processes that know them.
final class Place: Sendable {
    let name: String
    let folder: TemporaryFolder
    let environment: [String]
    /// Where `up` is typed.
    let directory: String
    /// What every `up` here is given: ports that no other test has.
    let ups: [String]

    private static let made = Atomic(0)

    init(procfile: String? = nil) throws(Failure) {
        name = "e2e-\(Self.made.add(1, ordering: .relaxed).newValue)"
        folder = try TemporaryFolder()
        environment = [
            "XDG_RUNTIME_DIR=\(try folder.folder("run"))",
            "XDG_STATE_HOME=\(try folder.folder("state"))",
        ]
        directory = try folder.folder("work")
        var words = ["--port", "0", "--base-port", "0", "--admin", "off"]
        if let procfile { words += ["-f", try folder.file("Procfile.test", procfile)] }
        ups = words
    }

    deinit { killAll() }

    /// Starts a verb of lbctl.
    func start(_ words: [String], in directory: String? = nil) throws(Failure) -> RunningProgram {
        try RunningProgram(
            "lbctl", words + ["--name", name], environment: environment,
            directory: directory ?? self.directory)
    }

    /// Starts a verb of lbctl by a shell, which may set limits before; it finds the program as $0.
    func shell(_ script: String, _ words: [String]) throws(Failure) -> RunningProgram {
        try RunningProgram(
            "/bin/sh", ["-c", script, Programs.path("lbctl")] + words, environment: environment,
            directory: directory)
    }

    /// Runs a verb to its end.
    func run(
        _ verb: String, _ words: [String] = [], in directory: String = "/"
    ) throws(Failure) -> Outcome {
        let program = try start([verb] + words, in: directory)
        switch try program.end().cause {
        case .exited(let code):
            return Outcome(code: code, output: program.output, errors: program.errors)
        case .killed(let signal, _): throw Failure("\(verb) was killed by \(signal.name)")
        }
    }

    /// Runs `up -d`.
    func up(_ words: [String] = []) throws(Failure) -> Outcome {
        // What it starts in the background keeps the launcher's output open, but not its end.
        try run("up", ["-d"] + ups + words, in: directory)
    }

    /// The rows of `ps`.
    func rows() throws(Failure) -> [Row] {
        let told = try run("ps", ["--format", "json"])
        if told.code != 0 { throw Failure("ps: \(told.errors)") }
        return try JSON(told.output).items.map { Row(json: $0) }
    }

    /// What `logs` tells, an object a record.
    func records(_ words: [String] = []) throws(Failure) -> [JSON] {
        let told = try run("logs", ["--format", "json"] + words)
        if told.code != 0 { throw Failure("logs: \(told.errors)") }
        return try JSON.lines(told.output)
    }

    /// Every process that was started here, directly or not: they all inherited its folder, or
    /// have a parent that did.
    func processes() -> [Int32] {
        let runtime = folder.path + "/run"
        var parents: [Int32: [Int32]] = [:]
        var next: [Int32] = []
        for pid in Processes.all() {
            guard let facts = Processes.facts(of: pid), facts.state != "Z" else { continue }
            parents[facts.parent, default: []].append(pid)
            if Processes.variable("XDG_RUNTIME_DIR", of: pid) == runtime { next.append(pid) }
        }
        var found: Set<Int32> = []
        while let pid = next.popLast() {
            if found.insert(pid).inserted { next += parents[pid] ?? [] }
        }
        return found.sorted()
    }

    /// Waits until none of them is left; the command lines of those that are.
    func leftOver() -> [String] {
        _ = eventually { processes().isEmpty }
        return processes().map { "\($0) \(Processes.commandLine(of: $0) ?? "")" }
    }

    /// What a service leaves in its runtime folder.
    func runtimeFiles() -> [String] {
        let services = folder.path + "/run/lbctl"
        return ((try? Files.names(in: services)) ?? []).flatMap { service in
            [service] + ((try? Files.names(in: "\(services)/\(service)")) ?? [])
        }
    }

    /// Kills what is left, by pid. Killing one may start another, so until there is none.
    func killAll() {
        _ = eventually(within: .seconds(10)) {
            let left = processes()
            for pid in left { Signals.send(.kill, to: pid) }
            return left.isEmpty
        }
    }
}

extension UInt16 {
    /// Whether a process could listen on this port of 127.0.0.1.
    var isFree: Bool { (try? Socket.listen(on: .loopback(port: self))) != nil }
}
