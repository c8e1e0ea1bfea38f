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
        do throws(Refusal) {
            try folder.look()
            if !isRunning(folder), let pid = ControlClient.unreachable(folder) {
                // It understands that too, and nobody can take that away.
                Signals.send(.terminate, to: pid)
                waitForGuardian(folder, FileLock.holder(folder.guardianLock) ?? pid)
                Console.say("'\(folder.name)' is stopped")
            } else if ControlClient.isRunning(folder), try stop(folder, within: time) {
                Console.say("'\(folder.name)' is stopped")
            } else {
                clear(folder)
            }
            return 0
        } catch {
            Console.complain(error.what, why: error.why, advice: error.advice)
            return 1
        }
    }

    /// Asks the supervisor; false where it was killed and had not quite gone.
    private static func stop(
        _ folder: RuntimeFolder, within time: Nanoseconds?
    ) throws(Refusal) -> Bool {
        let guardian = FileLock.holder(folder.guardianLock)
        // One that was stopped would hear of it only when it goes on.
        if let pid = FileLock.holder(folder.supervisorLock),
            Processes.facts(of: pid)?.state == "T"
        {
            Signals.send(.proceed, to: pid)
        }
        do throws(Refusal) {
            var client = try ControlClient(folder)
            _ = try client.ask(.down(within: time, why: "'lbctl down'"))
        } catch {
            waitForGuardian(folder, guardian)
            // One that was killed ends its connections a moment before it lets go of its lock.
            guard let pid = FileLock.holder(folder.supervisorLock), !Processes.isDying(pid) else {
                return false
            }
            throw error
        }
        waitForGuardian(folder, guardian)
        return true
    }

    /// Ends what a service has left behind of which nobody is there any more, and its files.
    private static func clear(_ folder: RuntimeFolder) {
        let strays = LeftoverProcesses.end(of: folder)
        // Where both were killed nobody else is left to do it.
        folder.removeAll()
        if strays > 0 {
            let words = Figures.count(UInt64(strays), "process")
            Console.say("killed \(words) that '\(folder.name)' had left behind")
            return
        }
        // Whoever wants it stopped has what was wanted.
        Console.note("nothing runs as '\(folder.name)': there is nothing to stop")
    }

    /// Whether there is a supervisor to ask. Where a guardian is about to start one, or is the last
    /// to go, that is waited for.
    private static func isRunning(_ folder: RuntimeFolder) -> Bool {
        for _ in 0..<400 {
            if ControlClient.isRunning(folder) { return true }
            guard let guardian = FileLock.holder(folder.guardianLock) else { return false }
            // After Ctrl-Z it can't see that its supervisor is gone, and would keep the name.
            if Processes.facts(of: guardian)?.state == "T" {
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
            let state = pid.flatMap { Processes.facts(of: $0)?.state }
            // Who has ended and is not reaped is its parent's affair.
            if !isHeld && (state == nil || state == "Z") { return }
            Poll.sleep(.milliseconds(5))
        }
    }
}
