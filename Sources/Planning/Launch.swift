import Basics
import Control
import Kernel

/// What a child's process is made of: program, words, variables and descriptors.
public struct Launch {
    let plan: ChildPlan
    let service: ServicePlan

    public init(plan: ChildPlan, service: ServicePlan) {
        self.plan = plan
        self.service = service
    }

    /// Whether it is a program of ours, which takes `--ready-fd`.
    public var isOurs: Bool {
        let name = plan.words[0].lastComponent
        return ["lb-echo", "lb-balancer", ByteString(AdminPlan.program)].contains(name)
            && path == service.programFolder + "/" + name
    }

    /// The program's file; `nil` where there is none on the search path.
    public var path: ByteString? {
        let word = plan.words[0]
        if word.contains("/") {
            if word.isAbsolute { return word }
            let rest = word.hasPrefix("./") ? ByteString(word.bytes.dropFirst(2)) : word
            return "\(service.directory)/\(rest)"
        }
        for folder in searchPath.split(by: Ascii.colon) where !folder.isEmpty {
            let candidate: ByteString = "\(folder)/\(word)"
            if Files.isExecutable(candidate) { return candidate }
        }
        return nil
    }

    /// Why the program can't be run, as far as its file tells; `nil` where it can.
    public var obstacle: String? {
        if (try? Files.facts(Files.resolved(service.directory)))?.isDirectory != true {
            return "the folder \(service.directory.text) is not there"
        }
        guard let path else { return "there is no program '\(plan.words[0].text)'" }
        let name = path.text
        guard let facts = try? Files.facts(Files.resolved(path)) else {
            return "there is no file \(name)"
        }
        if facts.isDirectory { return "\(name) is a folder" }
        if !Files.isExecutable(path) { return "\(name) is not executable" }
        if let interpreter = Self.interpreter(of: path), !Files.isExecutable(interpreter) {
            return "\(name) wants to be run by \(interpreter.text), which is not there"
        }
        return nil
    }

    /// Whether its file is text, so that a shell can be asked to read it.
    public var isScript: Bool {
        let head = Self.head(of: path ?? "")
        return !head.isEmpty && !head.contains(0)
    }

    private static func head(of path: ByteString) -> [UInt8] {
        guard let file = try? Files.open(path, for: .read) else { return [] }
        var queue = ByteQueue(capacity: PlanLimits.scriptHead)
        guard case .moved = file.read(into: &queue) else { return [] }
        return queue.bytes.indices.prefix(PlanLimits.scriptHead).map { queue.bytes[$0] }
    }

    /// What a script names in its first line.
    private static func interpreter(of path: ByteString) -> ByteString? {
        let bytes = head(of: path)
        guard bytes.starts(with: [0x23, 0x21]) else { return nil }
        let line = bytes.dropFirst(2).prefix { $0 != 0x0A }
        return line.split { $0 == 0x20 || $0 == 0x09 }.first.map { ByteString($0) }
    }

    private var searchPath: ByteString {
        let given = variables.last { $0.name == "PATH" }?.value ?? PlanLimits.usualPath
        return "\(service.programFolder):\(given)"
    }

    /// What the supervisor was given, without what was meant for the supervisor alone, and the
    /// `.env` file above it.
    private var variables: [Variable] {
        var list: [Variable] = []
        for entry in ThisProcess.environment + service.environment {
            let parts = entry.split(by: UInt8(ascii: "="), maxSplits: 1)
            if parts.count < 2 || Self.hidden.contains(parts[0]) { continue }
            list.removeAll { $0.name == parts[0] }
            list.append((parts[0], parts[1]))
        }
        return list
    }

    private typealias Variable = (name: ByteString, value: ByteString)

    /// What was meant for the supervisor alone.
    static let hidden: [ByteString] = [
        ByteString(Inheritance.link), ByteString(Inheritance.scoreboard),
        ByteString(Inheritance.listeners), ByteString(Inheritance.listenersPid),
        ByteString(Inheritance.runtime), ByteString(Inheritance.history), "NOTIFY_SOCKET",
        "LISTEN_FDNAMES",
    ]

    /// The environment, with `extra` above the rest; `notices` is where it may say that it is
    /// ready.
    public func environment(
        _ extra: [(name: String, value: ByteString)], notices: ByteString? = nil
    ) -> [ByteString] {
        var own: [Variable] = [
            ("PATH", searchPath), (ByteString(Inheritance.service), ByteString(service.name)),
            (ByteString(Inheritance.instance), ByteString(plan.name)),
            // As foreman calls it.
            ("PS", ByteString(plan.name)),
        ]
        if plan.port != 0 { own.append(("PORT", "\(plan.port)")) }
        if let notices { own.append(("NOTIFY_SOCKET", notices)) }
        own += extra.map { (ByteString($0.name), $0.value) }
        let replaced = Set(own.map { $0.name })
        let kept = variables.filter { !replaced.contains($0.name) }
        return (kept + own).map { "\($0.name)=\($0.value)" }
    }
}
