import Basics
import Control
import Kernel
import Planning

/// The folder in which a running service is found by its name: its socket and its locks.
public struct RuntimeFolder: Equatable, Sendable {
    public let name: String
    public let path: ByteString

    public var controlSocket: ByteString { path + "/control.sock" }
    public var adminToken: ByteString { "\(path)/\(Inheritance.adminToken)" }
    public var guardianLock: ByteString { path + "/guardian.pid" }
    public var supervisorLock: ByteString { path + "/supervisor.pid" }

    /// Where a process says that it is ready (sd_notify(3)): a name that can't be foretold, and no
    /// longer than the control socket's.
    func newNoticeSocket() -> ByteString {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        var word = Randomness.word()
        var name = Self.noticePrefix
        for _ in 0..<(controlSocket.count - path.count - 1 - name.utf8.count) {
            name.append(letters[Int(word % UInt64(letters.count))])
            word /= UInt64(letters.count)
        }
        return "\(path)/\(name)"
    }

    private static let noticePrefix = "n."

    /// The folder of the service `name`: below XDG_RUNTIME_DIR where there is one, else below a
    /// folder of the user's own in /tmp. Fails where the name could lead out of it.
    public init(
        name: String, runtimeDirectory: ByteString? = ThisProcess.octets(of: "XDG_RUNTIME_DIR"),
        user: UInt32 = ThisProcess.user
    ) throws(UsageError) {
        guard ServiceName.isValid(name) else {
            throw UsageError(
                "'\(name)' is no name for a service",
                hint: "a name is made of letters, digits, '.', '_' and '-', at most 48")
        }
        self.name = name
        path = "\(Self.parent(runtimeDirectory, user))/\(name)"
    }

    /// Where the folders of all this user's services lie.
    public static var parent: ByteString {
        parent(ThisProcess.octets(of: "XDG_RUNTIME_DIR"), ThisProcess.user)
    }

    private static func parent(_ runtimeDirectory: ByteString?, _ user: UInt32) -> ByteString {
        if let folder = runtimeDirectory, folder.isAbsolute { return folder + "/lbctl" }
        return "/tmp/lbctl-\(user)"
    }

    /// The folder at `path`, as another process of the service found it.
    init(name: String, path: ByteString) {
        self.name = name
        self.path = path
    }

    /// The names of all services that have a folder, whether they run or not.
    public static func names() -> [String] {
        ((try? Files.names(in: parent)) ?? []).filter { ServiceName.isValid($0) }
    }

    /// Makes the folder where it is missing, and makes sure that it is ours alone, and what lies in
    /// it what it should be.
    public func make() throws(Refusal) {
        if controlSocket.count > 107 {
            throw refusal(
                "its path is too long for a socket",
                "set XDG_RUNTIME_DIR to a shorter one, or give a shorter --name")
        }
        do throws(SystemError) {
            for folder in [path.parent, path] { try Files.makeFolders(folder) }
        } catch {
            throw refusal("\(error)", "set XDG_RUNTIME_DIR to a folder of your own")
        }
        try look()
    }

    /// Makes sure that what is there already is ours alone, and makes nothing.
    public func look() throws(Refusal) {
        for folder in [path.parent, path] {
            guard let fault = try fault(of: folder) else { continue }
            throw refusal(
                fault.why,
                fault.advice.isEmpty
                    ? "set XDG_RUNTIME_DIR to a folder of your own" : fault.advice)
        }
        try lookInside()
    }

    private func fault(of folder: ByteString) throws(Refusal) -> OwnFolder.Fault? {
        do throws(SystemError) {
            return try OwnFolder(path: folder, privacy: .closed).fault()
        } catch {
            if error.errno == .noSuchFile { return nil }
            throw refusal("\(error)", "")
        }
    }

    /// What lies where a lock or the socket is to be.
    private func lookInside() throws(Refusal) {
        for lock in [guardianLock, supervisorLock] {
            guard let facts = try? Files.facts(lock), !facts.isRegular else { continue }
            throw refusal("\(lock.text) is a link, or no file", "remove it")
        }
        guard let facts = try? Files.facts(controlSocket), !facts.isSocket else { return }
        throw refusal("\(controlSocket.text) is no socket", "remove it")
    }

    private func refusal(_ why: String, _ advice: String) -> Refusal {
        Refusal(what: "the runtime folder \(path.text) can't be used", why: why, advice: advice)
    }

    /// Takes a lock of the folder; `nil` when another process holds it.
    public func take(_ lock: ByteString) throws(SystemError) -> FileLock? {
        for _ in 0..<100 {
            guard let taken = try FileLock.take(lock) else { return nil }
            // Racing: the last holder may have removed the file between our opening and locking it;
            // then what we hold is a file that no other process will find.
            if FileLock.pid(in: lock) == ThisProcess.pid { return taken }
        }
        return nil
    }

    /// Removes what a supervisor leaves behind; to be called while its lock is held or free.
    public func removeSupervisorFiles() {
        try? Files.remove(controlSocket)
        try? Files.remove(adminToken)
        for name in (try? Files.names(in: path)) ?? [] where name.hasPrefix(Self.noticePrefix) {
            try? Files.remove("\(path)/\(name)" as ByteString)
        }
        try? Files.remove(supervisorLock)
    }

    /// Removes everything that no other process holds, the folder too unless something is left in
    /// it. A supervisor may outlive its guardian for a moment, and the next guardian may have come.
    public func removeAll() {
        if !isHeldByAnother(supervisorLock) { removeSupervisorFiles() }
        if !isHeldByAnother(guardianLock) { try? Files.remove(guardianLock) }
        try? Files.removeFolder(path)
    }

    private func isHeldByAnother(_ lock: ByteString) -> Bool {
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
