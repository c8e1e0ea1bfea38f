import Basics
import Control
import Kernel
import Testing

@testable import Supervision

@Suite("The runtime folder")
struct RuntimeFolderTests {
    private let base = "/tmp/lbctl-test-\(ThisProcess.pid)-\(Randomness.word())"

    private func folder(_ name: String = "x") throws -> RuntimeFolder {
        try RuntimeFolder(name: name, runtimeDirectory: base)
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
}
