import Basics
import Kernel

/// What is left of an earlier run whose guardian and supervisor were killed at the same time: its
/// children died with the supervisor, but not what had left their sessions.
public enum Strays {
    /// Ends them. To be called while nobody holds the folder's locks. Returns how many there were.
    @discardableResult
    public static func end(of folder: RuntimeFolder) -> Int {
        // Whoever ends in an orderly way removes this file.
        guard FileLock.holder(folder.supervisorLock) == nil,
            FileLock.holder(folder.guardianLock) == nil,
            let supervisor = FileLock.pid(in: folder.supervisorLock),
            // Somebody else may have been given its number; then these may be its own.
            Processes.facts(of: supervisor).map({ $0.state == "Z" }) ?? true
        else { return 0 }
        var ended: Set<Int32> = []
        // What one of them starts while it is being killed is marked too.
        for _ in 0..<8 {
            let found = Processes.all().filter {
                LineageMark.of($0)?.owner == supervisor && Processes.facts(of: $0)?.state != "Z"
            }
            if found.isEmpty { break }
            for pid in found where Signals.send(.kill, to: pid) { ended.insert(pid) }
            Poll.sleep(.milliseconds(1))
        }
        return ended.count
    }
}
