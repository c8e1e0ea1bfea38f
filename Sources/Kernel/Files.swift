import Basics
import CLinux
import Glibc

/// What is known of a file without opening it, lstat(2).
public struct FileFacts: Sendable {
    public let size: UInt64
    public let device: UInt64
    public let inode: UInt64
    public let owner: UInt32
    /// Type and permission bits.
    public let mode: UInt32

    init(_ raw: clinux_file_facts) {
        size = raw.size
        device = raw.device
        inode = raw.inode
        owner = raw.owner
        mode = raw.mode
    }

    public var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    public var isRegular: Bool { mode & S_IFMT == S_IFREG }
    public var isSocket: Bool { mode & S_IFMT == S_IFSOCK }
    public var permissions: UInt32 { mode & 0o7777 }
}

/// Files and folders by path.
public enum Files {
    public enum Opening: Sendable {
        case read
        /// Made where it is missing, emptied where it is not.
        case replace
        /// Made where it is missing; each write goes to the end.
        case append
        /// Made where it is missing, for reading and writing.
        case update
    }

    /// open(2); new files get `permissions`.
    public static func open(
        _ path: String, for opening: Opening, permissions: UInt32 = 0o600
    ) throws(SystemError) -> Descriptor {
        let flags: Int32
        switch opening {
        case .read: flags = O_RDONLY
        case .replace: flags = O_WRONLY | O_CREAT | O_TRUNC
        case .append: flags = O_RDWR | O_CREAT | O_APPEND
        case .update: flags = O_RDWR | O_CREAT
        }
        return Descriptor(number: try checked("open", unsafe clinux_open(path, flags, permissions)))
    }

    /// The terminal or pipe that `descriptor` is, opened anew: it may be set not to wait without
    /// touching the one that was inherited. Nothing for what can't be opened twice, or whose place
    /// would be lost (a regular file).
    public static func reopenForWriting(_ descriptor: DescriptorReference) -> Descriptor? {
        var facts = clinux_file_facts()
        if unsafe clinux_fstat(descriptor.number, &facts) < 0 { return nil }
        if facts.mode & S_IFMT != S_IFIFO && facts.mode & S_IFMT != S_IFCHR { return nil }
        let number = unsafe clinux_open(
            "/proc/self/fd/\(descriptor.number)", O_WRONLY | O_NONBLOCK, 0)
        return number < 0 ? nil : Descriptor(number: number)
    }

    public static func facts(_ path: String) throws(SystemError) -> FileFacts {
        var raw = clinux_file_facts()
        _ = try checked("lstat", unsafe clinux_stat(path, &raw))
        return FileFacts(raw)
    }

    public static func facts(of file: borrowing Descriptor) throws(SystemError) -> FileFacts {
        var raw = clinux_file_facts()
        _ = try checked("fstat", unsafe clinux_fstat(file.number, &raw))
        return FileFacts(raw)
    }

    /// ftruncate(2).
    public static func truncate(_ file: borrowing Descriptor, to size: UInt64) throws(SystemError) {
        _ = try checked("ftruncate", clinux_ftruncate(file.number, Int64(size)))
    }

    /// pread(2), once, at `offset`, into the room that the queue has.
    public static func read(
        _ file: borrowing Descriptor, at offset: UInt64, into queue: inout ByteQueue
    ) -> Transfer {
        var outcome = Transfer.wouldBlock
        let number = file.number
        unsafe queue.fill { memory in
            let result = unsafe clinux_pread(
                number, memory.baseAddress, memory.count, Int64(offset))
            outcome = .from(result, wanted: memory.count)
            return max(0, result)
        }
        return outcome
    }

    /// All of a file's bytes, at most `limit`.
    public static func contents(
        _ path: String, limit: Int = 16 << 20
    ) throws(SystemError) -> [UInt8] {
        let file = try open(path, for: .read)
        var queue = ByteQueue(capacity: 16384)
        while queue.count < limit {
            queue.reserve(16384)
            switch file.read(into: &queue) {
            case .moved: continue
            case .wouldBlock: continue
            case .end:
                var bytes: [UInt8] = []
                bytes.reserveCapacity(queue.count)
                let span = queue.bytes
                for index in span.indices { bytes.append(span[index]) }
                return bytes
            case .failed(let errno): throw SystemError(call: "read", errno: errno)
            }
        }
        throw SystemError(call: "read", errno: Errno(rawValue: EFBIG))
    }

    /// All of a file as text.
    public static func text(_ path: String) throws(SystemError) -> String {
        String(decoding: try contents(path), as: UTF8.self)
    }

    public static func remove(_ path: String) throws(SystemError) {
        _ = try checked("unlink", unsafe clinux_unlink(path))
    }

    public static func removeFolder(_ path: String) throws(SystemError) {
        _ = try checked("rmdir", unsafe clinux_rmdir(path))
    }

    public static func rename(_ path: String, to other: String) throws(SystemError) {
        _ = try checked("rename", unsafe clinux_rename(path, other))
    }

    public static func makeFolder(_ path: String, permissions: UInt32 = 0o700) throws(SystemError) {
        _ = try checked("mkdir", unsafe clinux_mkdir(path, permissions))
    }

    /// Makes a folder and those above it that are missing.
    public static func makeFolders(
        _ path: String, permissions: UInt32 = 0o700
    ) throws(SystemError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            let result = unsafe clinux_mkdir(made, permissions)
            if result < 0 && -result != EEXIST { throw failure("mkdir", result) }
        }
    }

    /// chmod(2).
    public static func setPermissions(
        _ path: String, to permissions: UInt32
    ) throws(SystemError) {
        _ = try checked("chmod", unsafe clinux_chmod(path, permissions))
    }

    public static func isExecutable(_ path: String) -> Bool {
        guard let facts = try? facts(resolved(path)) else { return false }
        return facts.isRegular && isPermitted(path, X_OK)
    }

    public static func exists(_ path: String) -> Bool { isPermitted(path, F_OK) }

    private static func isPermitted(_ path: String, _ mode: Int32) -> Bool {
        unsafe clinux_access(path, mode) == 0
    }

    /// The names in a folder, sorted.
    public static func names(in folder: String) throws(SystemError) -> [String] {
        var names: [String] = []
        let result = unsafe withUnsafeMutablePointer(to: &names) { pointer in
            unsafe clinux_list_directory(
                folder,
                { context, name in
                    let names = unsafe context!.assumingMemoryBound(to: [String].self)
                    unsafe names.pointee.append(String(cString: name!))
                }, pointer)
        }
        _ = try checked("opendir", result)
        return names.sorted()
    }

    /// The path with all links followed; as it is where that fails.
    public static func resolved(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    /// Where a link leads, readlink(2).
    public static func link(_ path: String) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4097) { buffer in
            let count = unsafe readlink(path, buffer.baseAddress!, 4096)
            if count < 0 { return nil }
            unsafe buffer[count] = 0
            return unsafe String(cString: buffer.baseAddress!)
        }
    }

    /// The folder that this process works in.
    public static func currentFolder() -> String {
        guard let path = unsafe getcwd(nil, 0) else { return "/" }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }

    /// Writes all of a text, replacing what the file held.
    public static func write(_ text: String, to file: borrowing Descriptor) throws(SystemError) {
        try truncate(file, to: 0)
        var queue = ByteQueue(capacity: max(1, text.utf8.count))
        queue.append(text: text)
        if let errno = file.reference.writeAll(&queue) {
            throw SystemError(call: "write", errno: errno)
        }
    }
}

/// A file that one process at a time holds, fcntl(2) F_OFD_SETLK. The kernel lets go of it when the
/// holder dies, so it can't be stale.
public struct FileLock: ~Copyable {
    let file: Descriptor

    /// Takes the lock and writes this process's pid into the file; nothing when another has it.
    public static func take(_ path: String) throws(SystemError) -> FileLock? {
        let file = try Files.open(path, for: .update)
        let result = clinux_lock(file.number)
        if -result == EAGAIN || -result == EACCES { return nil }
        _ = try checked("fcntl", result)
        try Files.write("\(ThisProcess.pid)\n", to: file)
        return FileLock(file: file)
    }

    /// The pid of the process that holds the lock; nothing when nobody does.
    ///
    /// The kernel is asked and nothing is locked for it, as flock(2) would need: whoever took the
    /// lock in that moment would be refused though nobody has it.
    public static func holder(_ path: String) -> Int32? {
        guard let file = try? Files.open(path, for: .read) else { return nil }
        if clinux_is_locked(file.number) != 1 { return nil }
        guard let text = try? Files.text(path) else { return nil }
        return Int32(text.prefix { $0.isNumber })
    }
}
