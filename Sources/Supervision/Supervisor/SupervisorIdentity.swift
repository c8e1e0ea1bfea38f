import Basics
import Kernel

/// What the supervisor is to the system: its folder, its lock, its guardian, and its start.
struct SupervisorIdentity: ~Copyable {
    let folder: RuntimeFolder
    /// Held as long as the supervisor runs.
    private let lock: FileLock
    let guardianPid = ThisProcess.parentPid
    let startedAt = Clock.wallTime()

    init(folder: RuntimeFolder, lock: consuming FileLock) {
        self.folder = folder
        self.lock = lock
    }

    /// Whether the guardian, which was the parent, is gone.
    var hasLostGuardian: Bool { ThisProcess.parentPid != guardianPid }

    /// Removes the files that tell of the service. The guardian removes the rest, if there is one.
    func removeFiles() {
        if hasLostGuardian {
            folder.removeAll()
            return
        }
        folder.removeSupervisorFiles()
        wakeGuardian()
    }

    /// A guardian that was stopped (Ctrl-Z) would keep the service's name until `fg` is typed. It
    /// finds us gone and ends.
    private func wakeGuardian() {
        if Processes.facts(of: guardianPid)?.isStopped == true {
            Signals.send(.proceed, to: guardianPid)
        }
    }
}
