import Basics
import Control
import Glibc
import Kernel
import Testing

@testable import Supervision

@Suite("The runtime folder")
struct RuntimeFolderTests {
    private let base = "/tmp/lbctl-test-\(ThisProcess.pid)-\(Randomness.word())"

    private func folder(_ name: String = "x") throws -> RuntimeFolder {
        try RuntimeFolder(name: name, runtimeDirectory: ByteString(base))
    }

    private func cleanUp() {
        try? Files.remove(base + "/lbctl/x")
        try? Files.removeFolder(base + "/lbctl/x")
        try? Files.removeFolder(base + "/lbctl")
        try? Files.removeFolder(base)
    }

    @Test
    func `lies below the user's own where there is no runtime directory`() throws {
        let path = try RuntimeFolder(name: "x", runtimeDirectory: nil, user: 7).path
        #expect(path == "/tmp/lbctl-7/x")
        #expect(try RuntimeFolder(name: "x", runtimeDirectory: "", user: 7).path == path)
    }

    @Test(arguments: ["", "..", "a/b", ".a", "-a", "a b", String(repeating: "a", count: 49)])
    func `has no name that leads out of it`(name: String) {
        #expect(throws: UsageError.self) { try folder(name) }
    }

    @Test
    func `is made for its owner alone, and twice without harm`() throws {
        defer { cleanUp() }
        try folder().make()
        try folder().make()
        #expect(try Files.facts(base + "/lbctl/x").permissions == 0o700)
    }

    @Test
    func `that is open to others is refused`() throws {
        defer { cleanUp() }
        try Files.makeFolders(base + "/lbctl")
        try Files.makeFolder(base + "/lbctl/x", permissions: 0o755)
        #expect(throws: Refusal.self) { try folder().make() }
    }

    @Test
    func `that is a file is refused`() throws {
        defer { cleanUp() }
        try Files.makeFolders(base + "/lbctl")
        _ = try Files.open(base + "/lbctl/x", for: .replace)
        #expect(throws: Refusal.self) { try folder().make() }
    }

    @Test
    func `gives its lock to one at a time, and again once it was removed`() throws {
        defer { cleanUp() }
        let folder = try folder()
        try folder.make()
        if let first = try folder.take(folder.guardianLock) {
            let isSecondTaken = try folder.take(folder.guardianLock) != nil
            #expect(!isSecondTaken)
            #expect(FileLock.holder(folder.guardianLock) == ThisProcess.pid)
            folder.removeAll()
            withExtendedLifetime(first) {}
        } else {
            Issue.record("the lock of a new folder was not to be had")
        }
        try folder.make()
        let isTakenAgain = try folder.take(folder.guardianLock) != nil
        #expect(isTakenAgain)
        folder.removeAll()
    }

    @Test(arguments: ["guardian.pid", "supervisor.pid", "control.sock"])
    func `with something else in the place of its files is refused`(name: String) throws {
        defer { cleanUp() }
        let folder = try folder()
        try folder.make()
        let path = "\(base)/lbctl/x/\(name)"
        defer {
            try? Files.remove(path)
            try? Files.removeFolder(path)
        }
        #expect(symlink("/tmp/somewhere-else", path) == 0)
        #expect(throws: Refusal.self) { try folder.make() }
        try Files.remove(path)
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: Refusal.self) { try folder.look() }
        try Files.remove(path)
        try Files.makeFolder(path)
        #expect(throws: Refusal.self) { try folder.make() }
    }

    @Test
    func `may have a name that is no text`() throws {
        let odd = ByteString(Array(base.utf8) + [0xE9])
        let folder = try RuntimeFolder(name: "x", runtimeDirectory: odd)
        defer {
            for path in [folder.path, folder.path.parent, odd] { try? Files.removeFolder(path) }
        }
        try folder.make()
        if let lock = try folder.take(folder.guardianLock) {
            #expect(FileLock.holder(folder.guardianLock) == ThisProcess.pid)
            folder.removeAll()
            withExtendedLifetime(lock) {}
        } else {
            Issue.record("the lock of a new folder was not to be had")
        }
        #expect(!Files.exists(folder.path))
    }
}
