import Basics
import Control
import Kernel

/// The folder in which a running service is found by its name: its socket and its locks.
public struct RuntimeFolder: Equatable, Sendable {
    public let name: String
    public let path: String

    public var controlSocket: String { path + "/control.sock" }
    public var guardianLock: String { path + "/guardian.pid" }
    public var supervisorLock: String { path + "/supervisor.pid" }

    /// Where a child says that it is ready (sd_notify(3)).
    func noticeSocket(of child: Int) -> String { path + "/notify.\(child)" }

    /// The folder of the service `name`: below XDG_RUNTIME_DIR where there is one, else below a
    /// folder of the user's own in /tmp. Fails where the name could lead out of it.
    public init(
        name: String, runtimeDirectory: String? = ThisProcess.variable("XDG_RUNTIME_DIR"),
        user: UInt32 = ThisProcess.user
    ) throws(UsageError) {
        guard ServiceName.isValid(name) else {
            throw UsageError(
                "'\(name)' is no name for a service",
                hint: "a name is made of letters, digits, '.', '_' and '-', at most 48")
        }
        self.name = name
        path = Self.parent(runtimeDirectory, user) + "/" + name
    }

    /// Where the folders of all this user's services lie.
    public static var parent: String {
        parent(ThisProcess.variable("XDG_RUNTIME_DIR"), ThisProcess.user)
    }

    private static func parent(_ runtimeDirectory: String?, _ user: UInt32) -> String {
        if let folder = runtimeDirectory, folder.hasPrefix("/") { return folder + "/lbctl" }
        return "/tmp/lbctl-\(user)"
    }

    /// The folder at `path`, as another process of the service found it.
    init(name: String, path: String) {
        self.name = name
        self.path = path
    }

    /// The names of all services that have a folder, whether they run or not.
    public static func names() -> [String] {
        ((try? Files.names(in: parent)) ?? []).filter { ServiceName.isValid($0) }
    }

    /// Makes the folder where it is missing, and makes sure that it is ours alone.
    public func make() throws(Refusal) {
        if controlSocket.utf8.count > 107 {
            throw refusal(
                "its path is too long for a socket",
                "set XDG_RUNTIME_DIR to a shorter one, or give a shorter --name")
        }
        let parent = String(path.dropLast(name.utf8.count + 1))
        for folder in [parent, path] {
            let facts: FileFacts
            do throws(SystemError) {
                try Files.makeFolders(folder)
                facts = try Files.facts(folder)
            } catch {
                throw refusal("\(error)", "")
            }
            try check(folder, facts)
        }
    }

    /// Makes sure that what is there already is ours alone, and makes nothing.
    public func look() throws(Refusal) {
        let parent = String(path.dropLast(name.utf8.count + 1))
        for folder in [parent, path] where Files.exists(folder) {
            guard let facts = try? Files.facts(folder) else { continue }
            try check(folder, facts)
        }
    }

    private func check(_ folder: String, _ facts: FileFacts) throws(Refusal) {
        if !facts.isDirectory {
            throw refusal("\(folder) is no folder, or a link to one", "remove it")
        }
        if facts.owner != ThisProcess.user {
            throw refusal(
                "\(folder) belongs to another user (\(facts.owner))",
                "set XDG_RUNTIME_DIR to a folder of your own")
        }
        if facts.permissions & 0o077 != 0 {
            throw refusal("\(folder) is open to others", "chmod 700 \(folder)")
        }
    }

    private func refusal(_ why: String, _ advice: String) -> Refusal {
        Refusal(what: "the runtime folder \(path) can't be used", why: why, advice: advice)
    }

    /// Takes a lock of the folder; nothing when somebody else holds it.
    public func take(_ lock: String) throws(SystemError) -> FileLock? {
        for _ in 0..<100 {
            guard let taken = try FileLock.take(lock) else { return nil }
            // Racing: the last holder may have removed the file between our opening and locking it;
            // then what we hold is a file that nobody else will find.
            if (try? Files.text(lock)) == "\(ThisProcess.pid)\n" { return taken }
        }
        return nil
    }

    /// Removes what a supervisor leaves behind; to be called while its lock is held or free.
    public func removeSupervisorFiles() {
        try? Files.remove(controlSocket)
        for name in (try? Files.names(in: path)) ?? [] where name.hasPrefix("notify.") {
            try? Files.remove(path + "/" + name)
        }
        try? Files.remove(supervisorLock)
    }

    /// Removes everything that nobody else holds, the folder too unless something is left in it.
    /// A supervisor may outlive its guardian for a moment, and the next guardian may have come.
    public func removeAll() {
        if !isHeldByAnother(supervisorLock) { removeSupervisorFiles() }
        if !isHeldByAnother(guardianLock) { try? Files.remove(guardianLock) }
        try? Files.removeFolder(path)
    }

    private func isHeldByAnother(_ lock: String) -> Bool {
        guard let holder = FileLock.holder(lock) else { return false }
        return holder != ThisProcess.pid
    }

    /// Waits for a supervisor that has lost its guardian and is about to end. The pid of one that
    /// has not ended in that time; nothing where there is none.
    public func awaitSupervisorsEnd(within time: Nanoseconds) -> Int32? {
        let deadline = Clock.now() + time
        while let pid = FileLock.holder(supervisorLock) {
            if Clock.now() >= deadline { return pid }
            Poll.sleep(.milliseconds(5))
        }
        return nil
    }
}
