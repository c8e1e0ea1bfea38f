import Basics
import Control
import Kernel
import Supervision

/// A service that runs, as another process of its user sees it.
struct RunningService {
    let folder: RuntimeFolder
    /// The guardian, or where that was killed the supervisor.
    let pid: Int32
    /// `nil` where it does not answer: it is just starting, or was stopped.
    let status: ServiceStatus?

    /// How long is waited for an answer.
    static let patience = Nanoseconds.seconds(1)

    /// The service of this folder; `nil` where none runs. What a dead one has left behind is none:
    /// its locks are not held.
    init?(_ folder: RuntimeFolder, patience: Nanoseconds = Self.patience) {
        do throws(Refusal) {
            try folder.look()
        } catch {
            return nil
        }
        let holder =
            FileLock.holder(folder.guardianLock) ?? FileLock.holder(folder.supervisorLock)
        guard let holder else { return nil }
        self.folder = folder
        pid = holder
        status = Self.status(of: folder, within: patience)
    }

    /// All of this user's, by name.
    static func all(patience: Nanoseconds = Self.patience) -> [RunningService] {
        RuntimeFolder.names().sorted().compactMap { name in
            (try? RuntimeFolder(name: name)).flatMap { RunningService($0, patience: patience) }
        }
    }

    /// What a service says of itself; `nil` where it does not answer in time.
    static func status(of folder: RuntimeFolder, within time: Nanoseconds) -> ServiceStatus? {
        do throws(Refusal) {
            var client = try ControlClient(folder, isPatient: false)
            try client.send(.status)
            guard Poll.wait(for: .readable, on: client.reference, timeout: time),
                case .status(let status) = try client.next()
            else { return nil }
            return status
        } catch {
            return nil
        }
    }

    var name: String { folder.name }

    /// How a service is, in the word that `lbctl ls` shows.
    enum State: String { case silent, stopping, starting, degraded, ready }

    var state: State { State(status) }
}

extension RunningService.State {
    /// What a service that runs says of itself; `nil` where it does not answer.
    init(_ status: ServiceStatus?) {
        guard let status else {
            self = .silent
            return
        }
        let children = status.children
        let isAmiss = children.contains { [.failed, .backoff, .paused].contains($0.state) }
        if status.phase == .stopping {
            self = .stopping
        } else if children.contains(where: { $0.state == .starting }) {
            self = .starting
        } else {
            self = isAmiss ? .degraded : .ready
        }
    }
}
