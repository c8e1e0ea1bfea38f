import Basics
import Control
import Kernel

/// What a child's process is made of: program, words, variables and descriptors.
struct Launch {
    let plan: ChildPlan
    let service: ServicePlan

    /// Whether it is a program of ours, which takes `--ready-fd`.
    var isOurs: Bool {
        let name = Topology.fileName(plan.words[0])
        return ["lb-echo", "lb-balancer"].contains(name)
            && path == service.programFolder + "/" + name
    }

    /// The program's file; nothing when there is none on the search path.
    var path: String? {
        let word = plan.words[0]
        if word.contains("/") {
            if word.hasPrefix("/") { return word }
            return service.directory + "/" + (word.hasPrefix("./") ? word.dropFirst(2) : word[...])
        }
        for folder in searchPath.split(separator: ":") {
            let candidate = "\(folder)/\(word)"
            if Files.isExecutable(candidate) { return candidate }
        }
        return nil
    }

    /// Why the program can't be run, as far as its file tells; nothing when it can.
    var obstacle: String? {
        if (try? Files.facts(Files.resolved(service.directory)))?.isDirectory != true {
            return "the folder \(service.directory) is not there"
        }
        guard let path else { return "there is no program '\(plan.words[0])'" }
        guard let facts = try? Files.facts(Files.resolved(path)) else {
            return "there is no file \(path)"
        }
        if facts.isDirectory { return "\(path) is a folder" }
        if !Files.isExecutable(path) { return "\(path) is not executable" }
        if let interpreter = Self.interpreter(of: path), !Files.isExecutable(interpreter) {
            return "\(path) wants to be run by \(interpreter), which is not there"
        }
        return nil
    }

    /// Whether its file is text, so that a shell can be asked to read it.
    var isScript: Bool {
        let head = Self.head(of: path ?? "")
        return !head.isEmpty && !head.contains(0)
    }

    private static func head(of path: String) -> [UInt8] {
        guard let file = try? Files.open(path, for: .read) else { return [] }
        var queue = ByteQueue(capacity: 4096)
        guard case .moved = file.read(into: &queue) else { return [] }
        return queue.bytes.indices.prefix(256).map { queue.bytes[$0] }
    }

    /// What a script names in its first line.
    private static func interpreter(of path: String) -> String? {
        let bytes = head(of: path)
        guard bytes.starts(with: [0x23, 0x21]) else { return nil }
        let line = bytes.dropFirst(2).prefix { $0 != 0x0A }
        return line.split { $0 == 0x20 || $0 == 0x09 }.first.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private var searchPath: String {
        let given = variables.last { $0.name == "PATH" }?.value ?? "/usr/local/bin:/usr/bin:/bin"
        return service.programFolder + ":" + given
    }

    /// What the supervisor was given, without what was meant for the supervisor alone, and the
    /// `.env` file above it.
    private var variables: [(name: String, value: String)] {
        let hidden = [
            Inheritance.link, Inheritance.scoreboard, Inheritance.listeners,
            Inheritance.listenersPid, "NOTIFY_SOCKET", "LISTEN_FDNAMES",
        ]
        var list: [(name: String, value: String)] = []
        for entry in ThisProcess.environment + service.environment {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count < 2 || hidden.contains(String(parts[0])) { continue }
            let name = String(parts[0])
            list.removeAll { $0.name == name }
            list.append((name, String(parts[1])))
        }
        return list
    }

    /// The environment, with `extra` above the rest.
    func environment(_ extra: [(String, String)]) -> [String] {
        var own = [
            ("PATH", searchPath), (Inheritance.service, service.name),
            (Inheritance.instance, plan.name),
            // As foreman calls it.
            ("PS", plan.name),
        ]
        if plan.port != 0 { own.append(("PORT", String(plan.port))) }
        own += extra
        let replaced = Set(own.map { $0.0 })
        let kept = variables.filter { !replaced.contains($0.name) }
        return kept.map { "\($0.name)=\($0.value)" } + own.map { "\($0.0)=\($0.1)" }
    }
}
