import Basics
import Kernel

/// What is left of an earlier run that lost its guardian and supervisor at the same time: its
/// children died with the supervisor, but not what had left their sessions.
public enum LeftoverProcesses {
    /// Ends them. To be called while no process holds the folder's locks. Returns how many there
    /// were.
    @discardableResult
    public static func end(of folder: RuntimeFolder) -> Int {
        // An orderly end removes this file.
        guard let supervisor = FileLock.pid(in: folder.supervisorLock) else { return 0 }
        // A killed one lets go of its lock and its socket first, and is dead to its children last:
        // until then they run, and would be taken for what it left behind.
        awaitDeath(of: supervisor)
        guard FileLock.holder(folder.supervisorLock) == nil,
            FileLock.holder(folder.guardianLock) == nil,
            // Another process may have been given its number; then these may be its own.
            Processes.facts(of: supervisor)?.hasEnded ?? true
        else { return 0 }
        var ended: Set<Int32> = []
        let deadline = Clock.now() + Limits.dyingTime
        // What one of them starts while it is being killed is marked too.
        repeat {
            let found = Processes.all().filter {
                LineageMark.of($0)?.owner == supervisor && Processes.facts(of: $0)?.hasEnded != true
            }
            if found.isEmpty { break }
            // Those that are dying already died with the supervisor, and only take a moment.
            for pid in found where !Processes.isKilled(pid) {
                if Signals.send(.kill, to: pid) { ended.insert(pid) }
            }
            Poll.sleep(.milliseconds(1))
        } while Clock.now() < deadline
        return ended.count
    }

    private static func awaitDeath(of pid: Int32) {
        let deadline = Clock.now() + Limits.dyingTime
        while Processes.isDying(pid), let facts = Processes.facts(of: pid), !facts.hasEnded,
            Clock.now() < deadline
        {
            Poll.sleep(.milliseconds(1))
        }
    }
}
