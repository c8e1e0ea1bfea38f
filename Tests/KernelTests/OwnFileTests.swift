import Basics
import Glibc
import TestSupport
import Testing

@testable import Kernel

/// Files of ours, in the place of which another process may have put something else.
@Suite struct OwnFileTests {
    @Test func `a link is not followed`() throws {
        let folder = try TemporaryFolder()
        let target = try folder.file("target", "precious")
        let path = folder.path + "/link"
        #expect(symlink(target, path) == 0)
        for opening in [.read, .append, .update] as [Files.OwnOpening] {
            #expect(throws: SystemError(call: "open", errno: .tooManyLinks)) {
                _ = try Files.openOwn(path, for: opening)
            }
        }
        #expect(FileLock.holder(path) == nil)
        #expect(throws: SystemError.self) { _ = try FileLock.take(path) }
        #expect(try Files.text(target) == "precious")
    }

    @Test func `what is no file is refused, and a FIFO is not waited for`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        for opening in [.read, .update] as [Files.OwnOpening] {
            #expect(throws: SystemError(call: "open", errno: .notSupported)) {
                _ = try Files.openOwn(path, for: opening)
            }
        }
        #expect(throws: SystemError(call: "open", errno: .notSupported)) {
            _ = try Files.openOwn(folder.path, for: .read)
        }
    }

    @Test func `a socket is no file either, and a link that leads nowhere is there`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/socket"
        let listener = try Socket.listen(on: .unix(ByteString(path)))
        for opening in [.read, .update] as [Files.OwnOpening] {
            #expect(throws: SystemError(call: "open", errno: .notSupported)) {
                _ = try Files.openOwn(path, for: opening)
            }
        }
        withExtendedLifetime(listener.reference) {}
        let link = folder.path + "/link"
        #expect(symlink("nowhere", link) == 0)
        #expect(Files.isThere(link) && !Files.exists(link))
        #expect(!Files.isThere(folder.path + "/nowhere"))
    }

    @Test func `names may be any octets`() throws {
        let folder = try TemporaryFolder()
        let path = ByteString(Array("\(folder.path)/a".utf8) + [0xE9, 0xFF])
        let file = try Files.openOwn(path, for: .update)
        try Files.write("x", to: file)
        #expect(try Files.text(path) == "x")
        #expect(Files.resolved(path) == path)
        #expect(try Files.facts(path).size == 1)
        try Files.remove(path)
        #expect(!Files.exists(path))
    }

    @Test func `a process that calls itself anything is still found`() {
        let name: [UInt8] = Array("1 (a) S ".utf8) + [0xE9, 0xD8, 0x80]
        let rest = ") S 7 8 9 0 0 0 0 0 0 0 1 2 0 0 0 0 0 0 0 0 3 0"
        let facts = Processes.facts(name + Array(rest.utf8))
        #expect(facts?.parent == 7)
        #expect(facts?.group == 8)
        let most = "1 (a) S 7 8 9 0 0 0 0 0 0 0 \(UInt64.max) 9 0 0 0 0 0 0 0 0 \(UInt64.max) 0"
        #expect(Processes.facts(Array(most.utf8))?.cpu == Nanoseconds(.max))
        #expect(Processes.facts(Array("1 (a".utf8)) == nil)
    }
}
