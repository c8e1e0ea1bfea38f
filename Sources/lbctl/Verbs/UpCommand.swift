import Basics
import Control
import Kernel
import Planning
import Supervision

/// `lbctl up`: starts everything and stays in front.
enum UpCommand {
    static func run(_ words: [ByteString]) throws(UsageError) -> Int32 {
        let flags = try UpFlags(words)
        return VerbEnd.of { () throws(Refusal) in
            if flags.isDetached { return try Detached.launch(flags, words) }
            return try start(flags, report: nil)
        }
    }

    /// Becomes the guardian and runs the service until it ends. `report` is where a launcher waits
    /// to hear how it went.
    static func start(_ flags: UpFlags, report: LaunchReport?) throws(Refusal) -> Int32 {
        Signals.ignoreStray()
        guard let (guardian, observer) = try begin(try prepared(flags), report) else {
            throw alreadyRunning(flags)
        }
        let code = guardian.run()
        observer.end()
        return code
    }

    /// `nil` where a guardian of this name has begun meanwhile.
    private static func begin(
        _ preparation: Preparation, _ report: LaunchReport?
    ) throws(Refusal) -> (Guardian, UpObserver)? {
        let flags = preparation.flags
        let plan = preparation.plan
        try flags.folder.make()
        do throws(SystemError) {
            guard let lock = try flags.folder.take(flags.folder.guardianLock) else {
                return nil
            }
            var heard: [Signal] = [.interrupt, .terminate, .quit, .child, .proceed]
            // nohup(1) means that the end of the terminal is no end.
            if !Signals.isIgnored(.hangUp) { heard.append(.hangUp) }
            let signals = try SignalQueue(heard)
            let names = plan.children.map(\.name)
            let observer = try UpObserver(flags, names: names, report: report)
            let guardian = try Guardian(
                plan, folder: flags.folder, lock: lock, signals: signals,
                holds: preparation.topology.holds, audience: observer)
            return (guardian, observer)
        } catch {
            throw Refusal(what: "'\(flags.name)' can't be started", why: "\(error)")
        }
    }

    /// Works out what to run, and makes sure that nothing is in the way.
    static func prepared(_ flags: UpFlags) throws(Refusal) -> Preparation {
        if FileLock.holder(flags.folder.guardianLock) != nil { throw alreadyRunning(flags) }
        // A supervisor whose guardian was killed takes two seconds at most.
        if let pid = flags.folder.awaitSupervisorsEnd(within: .seconds(5)) {
            throw Refusal(
                what: "'\(flags.name)' is not started",
                why: "its last supervisor (pid \(pid)) has not ended yet",
                advice: "try again, or end that process")
        }
        // They may have the ports.
        LeftoverProcesses.end(of: flags.folder)
        let preparation = try Preparation(flags)
        do throws(Refusal) {
            try preparation.check()
        } catch {
            // Racing: another one of the same name may have begun meanwhile, and has the ports.
            if FileLock.holder(flags.folder.guardianLock) != nil { throw alreadyRunning(flags) }
            throw error
        }
        return preparation
    }

    static func alreadyRunning(_ flags: UpFlags) -> Refusal {
        let running = RunningService(flags.folder)
        if running?.status?.phase == .stopping {
            return Refusal(
                what: "'\(flags.name)' is being stopped", why: "it can be started when it is gone",
                advice: "\(Advice.line("ps", for: flags.name)) shows what is still there")
        }
        var why = "it is running already"
        if let pid = running?.pid { why += " (pid \(pid))" }
        if let status = running?.status {
            why += " in \(status.directory.text), "
            why += status.procfile.isEmpty ? "without a Procfile" : "by \(status.procfile.text)"
        }
        return Refusal(
            what: "'\(flags.name)' is not started", why: why, advice: meant(flags, running?.status))
    }

    /// What may have been meant by starting a service that runs already.
    private static func meant(_ flags: UpFlags, _ status: ServiceStatus?) -> String {
        let implied = ServiceChoice.means(flags.name, by: "ps") ? flags.name : nil
        func line(_ verb: String) -> String {
            Advice.line(verb, for: flags.name, implied: implied)
        }
        let place = Files.resolved(flags.procfile?.parent ?? ".")
        if let status, status.directory != place {
            return "\(Hint.beside) starts this folder's beside it (0: a port that is free); "
                + "\(line("ps")) shows the one that runs, \(line("down")) stops it"
        }
        var verbs: [String] = []
        let isBalanced = status?.children.contains { $0.weight != nil } ?? false
        if let count = flags.topology.backends, isBalanced {
            verbs.append("\(line("scale \(count)")) changes how many backends it has")
        }
        if status?.procfile.isEmpty == false {
            verbs.append("\(line("reload")) applies what has changed in the Procfile")
        }
        verbs.append("\(line("ps")) shows it")
        verbs.append("\(line("logs -f")) follows it")
        verbs.append("\(line("down")) stops it")
        return verbs.joined(separator: ", ") + "; \(Hint.beside) starts one beside it"
    }
}
