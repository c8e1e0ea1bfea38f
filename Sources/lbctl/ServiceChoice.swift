import Basics
import Control
import Kernel
import Supervision

/// Which service a verb means that nobody has told: this folder's where it has a Procfile,
/// elsewhere the only one that runs.
enum ServiceChoice {
    static func folder() throws(Refusal) -> RuntimeFolder {
        if let name = ServiceName.ofThisFolder() { return try ofThisFolder(name) }
        let running = RunningService.all()
        if running.isEmpty { return try named(ServiceName.usual) }
        return try only(running, "say which with --name")
    }

    /// The same for what can be asked of a service that runs no more.
    static func pastFolder() throws(Refusal) -> RuntimeFolder {
        let folder = try folder()
        if folder.name != ServiceName.usual || HistoryFolder.exists(of: folder.name)
            || ServiceName.ofThisFolder() != nil || RunningService(folder) != nil
        {
            return folder
        }
        let names = HistoryFolder.names()
        if names.count > 1 {
            throw Refusal(
                what: "it is not clear which service is meant", why: "none runs",
                advice: "these have a history: "
                    + names.map { "--name \($0)" }.joined(separator: ", "))
        }
        return try named(names.first ?? folder.name)
    }

    /// Two folders can have the same name, and a folder's service can have been given another.
    private static func ofThisFolder(_ name: String) throws(Refusal) -> RuntimeFolder {
        let here: ByteString = Files.resolved(".")
        let folder = try named(name)
        let holder = RunningService(folder)
        if let holder, holder.status.map({ $0.directory == here }) ?? true { return folder }
        let own = RunningService.all().filter { $0.status?.directory == here }
        if !own.isEmpty { return try only(own, "all of this folder: say which with --name") }
        guard let other = holder?.status?.directory else { return folder }
        throw Refusal(
            what: "this folder's service does not run",
            why: "the '\(name)' that runs is that of \(other.text)",
            advice: "--name \(name) means that one; 'lbctl up --name NAME' starts one here")
    }

    private static func only(
        _ services: [RunningService], _ remedy: String
    ) throws(Refusal) -> RuntimeFolder {
        if services.count == 1 { return services[0].folder }
        let width = services.map(\.name.utf8.count).max() ?? 0
        let lines = services.map { service in
            let gap = String(repeating: " ", count: width - service.name.utf8.count)
            let place = [service.status?.directory.text ?? "", service.status?.url ?? ""]
            return "--name \(service.name)\(gap)  "
                + place.filter { !$0.isEmpty }.joined(separator: "  ")
        }
        throw Refusal(
            what: "it is not clear which service is meant",
            why: "\(services.count) run; \(remedy)", advice: lines.joined(separator: "\n  "))
    }

    private static func named(_ name: String) throws(Refusal) -> RuntimeFolder {
        do throws(UsageError) {
            return try RuntimeFolder(name: name)
        } catch {
            throw Refusal(what: error.message, why: "", advice: error.hint)
        }
    }
}
