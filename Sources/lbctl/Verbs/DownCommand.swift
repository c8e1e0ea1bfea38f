import Basics
import Control
import Kernel
import Supervision

/// `lbctl down`: stops everything.
enum DownCommand {
    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl down [-t SECONDS]",
            examples: [
                ("lbctl down", "stop; what still runs after the --stop-timeout of 'up' is killed"),
                ("lbctl down -t 0", "kill everything at once"),
            ],
            options: [
                Option(
                    "time", short: "t", value: "SECONDS",
                    help: "how long to wait (as 'up --stop-timeout' says)")
            ])
        try verb.refuseOperands()
        let time = try verb.options.duration("time")
        let folder = try verb.folder()
        return VerbEnd.of { () throws(Refusal) in
            try folder.look()
            if !isRunning(folder), let pid = ControlClient.unreachable(folder) {
                // A supervisor without a socket understands SIGTERM too.
                Signals.send(.terminate, to: pid)
                waitForGuardian(folder, FileLock.holder(folder.guardianLock) ?? pid)
                Console.say("'\(folder.name)' is stopped")
            } else if ControlClient.isRunning(folder), try stop(folder, within: time) {
                Console.say("'\(folder.name)' is stopped")
            } else {
                clear(folder)
            }
            return VerbEnd.done
        }
    }

    /// Asks the supervisor; false where it was killed and had not quite gone.
    private static func stop(
        _ folder: RuntimeFolder, within time: Nanoseconds?
    ) throws(Refusal) -> Bool {
        let guardian = FileLock.holder(folder.guardianLock)
        // A supervisor that was stopped would read the request only when it goes on.
        if let pid = FileLock.holder(folder.supervisorLock),
            Processes.facts(of: pid)?.isStopped == true
        {
            Signals.send(.proceed, to: pid)
        }
        do throws(Refusal) {
            var client = try ControlClient(folder)
            _ = try client.ask(.down(within: time, why: "'lbctl down'"))
        } catch {
            waitForGuardian(folder, guardian)
            // A killed process ends its connections a moment before it lets go of its lock.
            guard let pid = FileLock.holder(folder.supervisorLock), !Processes.isDying(pid) else {
                return false
            }
            throw error
        }
        waitForGuardian(folder, guardian)
        return true
    }

    /// Ends the processes that a service without supervisor and guardian has left, and its files.
    private static func clear(_ folder: RuntimeFolder) {
        let strays = LeftoverProcesses.end(of: folder)
        // Where both were killed no other process is left to do it.
        folder.removeAll()
        if strays > 0 {
            let words = Figures.count(strays, "process")
            Console.say("killed \(words) that '\(folder.name)' had left behind")
            return
        }
        // That it does not run is what was asked for.
        Console.note("nothing runs as '\(folder.name)': there is nothing to stop")
    }

    /// Whether there is a supervisor to ask. Where a guardian is about to start one, or is the last
    /// to go, that is waited for.
    private static func isRunning(_ folder: RuntimeFolder) -> Bool {
        for _ in 0..<400 {
            if ControlClient.isRunning(folder) { return true }
            guard let guardian = FileLock.holder(folder.guardianLock) else { return false }
            // After Ctrl-Z it can't see that its supervisor is gone, and would keep the name.
            if Processes.facts(of: guardian)?.isStopped == true {
                Signals.send(.proceed, to: guardian)
            }
            Poll.sleep(.milliseconds(5))
        }
        return false
    }

    /// The guardian is the last to go: its lock first, and a moment later its process.
    private static func waitForGuardian(_ folder: RuntimeFolder, _ pid: Int32?) {
        for _ in 0..<400 {
            let isHeld = FileLock.holder(folder.guardianLock) != nil
            let isThere = pid.flatMap { Processes.facts(of: $0) }.map { !$0.hasEnded } ?? false
            // A zombie has ended: to reap it is its parent's affair.
            if !isHeld && !isThere { return }
            Poll.sleep(.milliseconds(5))
        }
    }
}
