import Basics
import Synchronization
import TestSupport
import Testing

@testable import Kernel

@Suite struct FilesTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `a file that is written is read back`() throws {
        let path = try folder.file("a", "some text\n")
        #expect(try Files.text(path) == "some text\n")
        let facts = try Files.facts(path)
        #expect(facts.size == 10 && facts.isRegular && facts.permissions == 0o600)
        #expect(facts.owner == ThisProcess.user)
    }

    @Test func `a file in memory is read from its beginning, and has an end`() throws {
        // More than a pipe takes.
        let bytes = [UInt8](repeating: 0x61, count: 200_000)
        let file = try Files.inMemory(bytes.span, named: "x")
        var queue = ByteQueue(capacity: 300_000)
        #expect(file.read(into: &queue) == .moved(200_000))
        #expect(file.read(into: &queue) == .end && queue.bytes[199_999] == 0x61)
        let empty = try Files.inMemory([UInt8]().span, named: "x")
        #expect(empty.read(into: &queue) == .end)
    }

    @Test func `a file beyond the limit is refused, not cut`() throws {
        let path = try folder.file("a", String(repeating: "x", count: 50_000))
        #expect(try Files.contents(path, limit: 100_000).count == 50_000)
        #expect(throws: SystemError.self) { try Files.contents(path, limit: 10_000) }
    }

    @Test func `names are sorted, and folders are made with those above`() throws {
        try Files.makeFolders("\(folder.path)/x/y/z")
        try Files.makeFolders("\(folder.path)/x/y/z")
        _ = try folder.file("b", "")
        _ = try folder.file("a", "")
        #expect(try Files.names(in: folder.path) == ["a", "b", "x"])
        #expect(try Files.facts("\(folder.path)/x/y/z").isDirectory)
    }

    @Test func `only a file that may be executed is executable`() throws {
        let path = try folder.file("plain", "")
        #expect(!Files.isExecutable(path) && Files.exists(path))
        #expect(!Files.isExecutable(folder.path))
        #expect(!Files.isExecutable("\(folder.path)/missing"))
        #expect(Files.isExecutable("/bin/sh"))
    }

    @Test func `writing replaces all that a file held`() throws {
        let path = try folder.file("a", "a long text")
        let file = try Files.open(path, for: .update)
        try Files.write("short", to: file)
        #expect(try Files.text(path) == "short")
    }

    @Test func `a missing file says so`() {
        #expect(throws: SystemError(call: "open", errno: .noSuchFile)) {
            try Files.text("\(folder.path)/missing")
        }
    }

    @Test func `this program is where the kernel says`() {
        #expect(Files.isExecutable(ThisProcess.executable))
        #expect(Files.resolved("/proc/self/exe") == ByteString(ThisProcess.executable))
    }
}

@Suite struct FileLockTests {
    let folder: TemporaryFolder
    var path: String { "\(folder.path)/lock" }

    init() throws { folder = try TemporaryFolder() }

    @Test func `one at a time has it, and is named`() throws {
        #expect(FileLock.holder(path) == nil)
        do {
            let lock = try FileLock.take(path)
            #expect(FileLock.holder(path) == ThisProcess.pid)
            let second = try FileLock.take(path)
            if second != nil { Issue.record("two have it") }
            _ = consume lock
        }
        #expect(eventually { FileLock.holder(path) == nil })
        let again = try FileLock.take(path)
        if again == nil { Issue.record("no process has it and it can't be had") }
    }

    /// In a process of its own: a child that another test has forked, and that has not come to its
    /// exec yet, would hold the lock for a moment longer.
    @Test func `asking for the holder keeps no process from becoming it`() async throws {
        let path = try folder.file("lock", "")
        await #expect(processExitsWith: .exitCode(7)) { [path = path as String] in
            let asking = Asking()
            Thread.start(named: "asking") {
                while asking.goesOn { _ = FileLock.holder(path) }
                asking.end()
            }
            for _ in 0..<2000 {
                let lock = try FileLock.take(path)
                if lock == nil { ThisProcess.exit(1) }
            }
            asking.stop()
            ThisProcess.exit(7)
        }
    }

    /// Until when a thread is to ask, and whether it has ended.
    private final class Asking: Sendable {
        private let state = Atomic(0)
        var goesOn: Bool { state.load(ordering: .relaxed) == 0 }
        func end() { state.store(2, ordering: .releasing) }

        func stop() {
            state.store(1, ordering: .relaxed)
            while state.load(ordering: .acquiring) != 2 { Poll.sleep(.milliseconds(1)) }
        }
    }

    @Test func `another process is refused while we have it`() async throws {
        let path = path
        let lock = try FileLock.take(path)
        await #expect(processExitsWith: .exitCode(7)) { [path = path as String] in
            let second = try FileLock.take(path)
            ThisProcess.exit(second == nil ? 7 : 1)
        }
        _ = consume lock
    }

    @Test func `it is free once its holder was killed, though the file still names it`()
        async throws
    {
        let path = path
        await #expect(processExitsWith: .signal(9)) { [path = path as String] in
            let lock = try FileLock.take(path)
            if FileLock.holder(path) == ThisProcess.pid { Signals.send(.kill, to: ThisProcess.pid) }
            _ = consume lock
        }
        let named = try Files.text(path)
        #expect(Int32(named.dropLast()) != nil && named != "\(ThisProcess.pid)\n")
        #expect(FileLock.holder(path) == nil)
        let lock = try FileLock.take(path)
        if lock == nil { Issue.record("a dead holder kept it") }
        #expect(FileLock.holder(path) == ThisProcess.pid)
    }
}

@Suite struct SharedMemoryTests {
    @Test func `what another process writes is seen here`() throws {
        let memory = try SharedMemory(named: "test", size: 4096)
        #expect(memory.base.load(as: UInt32.self) == 0)
        var plan = shell("printf abcd >&3")
        plan.descriptors.append(memory.descriptor.reference)
        let child = try Child(plan)
        #expect(end(of: child)?.cause == .exited(code: 0))
        #expect(memory.base.load(as: UInt32.self) == 0x6463_6261)
    }

    @Test func `two maps of one memory are one memory`() throws {
        let memory = try SharedMemory(named: "test", size: 8192)
        let other = try SharedMemory(sharing: memory.descriptor.duplicate())
        #expect(other.size == 8192)
        other.base.storeBytes(of: 42, toByteOffset: 8000, as: UInt64.self)
        #expect(memory.base.load(fromByteOffset: 8000, as: UInt64.self) == 42)
    }
}
