import Basics
import Control
import Kernel
import Planning
import Supervision

/// Which service a verb without `--name` means: this folder's where it has a Procfile,
/// elsewhere the only one that runs.
enum ServiceChoice {
    static func folder() throws(Refusal) -> RuntimeFolder {
        if let name = ServiceName.ofThisFolder() { return try ofThisFolder(name) }
        let running = RunningService.all()
        if running.isEmpty { return try named(ServiceName.usual) }
        return try only(running, "say which with --name")
    }

    /// The service whose history a verb without `--name` means: one that runs, or else that ran
    /// last.
    static func pastFolder() throws(Refusal) -> RuntimeFolder {
        if let name = ServiceName.ofThisFolder() {
            let own = runningHere()
            if own.isEmpty { return try named(try PastChoice.ofThisFolder(name)) }
            return try ofThisFolder(name)
        }
        if !RunningService.all().isEmpty { return try folder() }
        return try named(try PastChoice.only())
    }

    /// Whether a verb without a name means this service here. Where that hangs on what else runs
    /// it is none that a hint may rely on.
    static func means(_ service: String, by verb: String) -> Bool {
        if ServiceName.implied() != service { return false }
        if let given = ThisProcess.variable(Inheritance.service), !given.isEmpty { return true }
        if verb == "up" { return true }
        if ServiceName.ofThisFolder() != nil {
            let here: ByteString = Files.resolved(".")
            let running = RunningService.all()
            if let holder = running.first(where: { $0.name == service }) {
                return holder.status.map { $0.directory == here } ?? true
            }
            return !running.contains { $0.status?.directory == here }
        }
        let running = RunningService.all().map(\.name)
        if !running.isEmpty || !verb.hasPrefix("logs") {
            return running.allSatisfy { $0 == service }
        }
        return HistoryFolder.names().allSatisfy { $0 == service }
    }

    private static func runningHere() -> [RunningService] {
        let here: ByteString = Files.resolved(".")
        return RunningService.all().filter { $0.status.map { $0.directory == here } ?? false }
    }

    /// Two folders can have the same name, and a folder's service can have been given another.
    private static func ofThisFolder(_ name: String) throws(Refusal) -> RuntimeFolder {
        let here: ByteString = Files.resolved(".")
        let folder = try named(name)
        let holder = RunningService(folder)
        if let holder, holder.status.map({ $0.directory == here }) ?? true { return folder }
        let own = runningHere()
        if !own.isEmpty { return try only(own, "all of this folder: say which with --name") }
        guard let other = holder?.status?.directory else { return folder }
        throw Refusal(
            what: "this folder's service does not run",
            why: "the '\(name)' that runs is that of \(other.text)",
            advice: "--name \(name) means that one; \(Hint.beside) starts one here")
    }

    private static func only(
        _ services: [RunningService], _ remedy: String
    ) throws(Refusal) -> RuntimeFolder {
        if services.count == 1 { return services[0].folder }
        let rows = services.map { service in
            (service.name, [service.status?.directory.text ?? "", service.status?.url ?? ""])
        }
        throw Refusal(
            what: "it is not clear which service is meant",
            why: "\(services.count) run; \(remedy)", advice: Hint.table(rows))
    }

    private static func named(_ name: String) throws(Refusal) -> RuntimeFolder {
        do throws(UsageError) {
            return try RuntimeFolder(name: name)
        } catch {
            throw Refusal(what: error.message, why: "", advice: error.hint)
        }
    }
}
