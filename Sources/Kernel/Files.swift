import Basics
import CLinux
import Glibc

/// What is known of a file without opening it, lstat(2).
public struct FileFacts: Sendable {
    /// In bytes.
    public let size: UInt64
    /// The file system that it is on; with `inode` it tells files apart.
    public let device: UInt64
    public let inode: UInt64
    /// A user's number.
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
    public var isLink: Bool { mode & S_IFMT == S_IFLNK }
    public var isSocket: Bool { mode & S_IFMT == S_IFSOCK }
    /// The permission bits and the three above them, as chmod(2) takes them.
    public var permissions: UInt32 { mode & 0o7777 }
}

/// Files and folders by path.
public enum Files {
    /// How a file is opened, and what becomes of one that is missing or there already.
    public enum Opening: Sendable {
        case read
        /// Made where it is missing, emptied where it is not.
        case replace
        /// Made where it is missing; each write goes to the end.
        case append
        /// Made where it is missing, for reading and writing.
        case update
    }

    /// How a file of ours in a folder of ours is opened.
    public enum OwnOpening: Sendable {
        case read
        /// Made where it is missing; each write goes to the end.
        case append
        /// Made where it is missing, for reading and writing.
        case update

        fileprivate var flags: Int32 {
            switch self {
            case .read: O_RDONLY
            case .append: O_RDWR | O_CREAT | O_APPEND
            case .update: O_RDWR | O_CREAT
            }
        }
    }

    /// open(2); new files get `permissions`.
    public static func open(
        _ path: some OctetText, for opening: Opening, permissions: UInt32 = 0o600
    ) throws(SystemError) -> Descriptor {
        let flags: Int32
        switch opening {
        case .read: flags = O_RDONLY
        case .replace: flags = O_WRONLY | O_CREAT | O_TRUNC
        case .append: flags = O_RDWR | O_CREAT | O_APPEND
        case .update: flags = O_RDWR | O_CREAT
        }
        let number = unsafe path.withCString { unsafe clinux_open($0, flags, permissions) }
        return Descriptor(number: try checked("open", number))
    }

    /// A file without a name that holds these bytes, to be read from its beginning,
    /// memfd_create(2): what a process is given to read, however slowly it does.
    public static func inMemory(
        _ bytes: Span<UInt8>, named name: String
    ) throws(SystemError) -> Descriptor {
        let file = Descriptor(number: try checked("memfd_create", unsafe clinux_memfd(name)))
        if !bytes.isEmpty && file.write(bytes) != .moved(bytes.count) {
            throw SystemError(call: "write", errno: .noMemory)
        }
        // Opened anew: the place of the one that wrote is at the end.
        return try open("/proc/self/fd/\(file.number)", for: .read)
    }

    /// open(2) of a file that we made, or that is to be made: no link is followed (ELOOP), a FIFO
    /// is not waited for, and what is no regular file is refused (ENOTSUP).
    public static func openOwn(
        _ path: some OctetText, for opening: OwnOpening
    ) throws(SystemError) -> Descriptor {
        let flags = opening.flags | O_NOFOLLOW | O_NONBLOCK
        let number = unsafe path.withCString { unsafe clinux_open($0, flags, 0o600) }
        let special = [Errno.noSuchAddress, .noSuchDevice].contains { $0.rawValue == -number }
        if special { throw SystemError(call: "open", errno: .notSupported) }
        let file = Descriptor(number: try checked("open", number))
        if try !facts(of: file).isRegular {
            throw SystemError(call: "open", errno: .notSupported)
        }
        return file
    }

    /// The terminal or pipe that `descriptor` is, opened anew: it may be set not to wait without
    /// touching the one that was inherited. `nil` for what can't be opened twice, or would lose its
    /// place (a regular file).
    public static func reopenForWriting(_ descriptor: DescriptorReference) -> Descriptor? {
        var facts = clinux_file_facts()
        if unsafe clinux_fstat(descriptor.number, &facts) < 0 { return nil }
        if facts.mode & S_IFMT != S_IFIFO && facts.mode & S_IFMT != S_IFCHR { return nil }
        let number = unsafe clinux_open(
            "/proc/self/fd/\(descriptor.number)", O_WRONLY | O_NONBLOCK, 0)
        return number < 0 ? nil : Descriptor(number: number)
    }

    /// What is known of a file; a link is not followed. lstat(2).
    public static func facts(_ path: some OctetText) throws(SystemError) -> FileFacts {
        var raw = clinux_file_facts()
        _ = try checked(
            "lstat", unsafe path.withCString { unsafe clinux_stat($0, &raw) })
        return FileFacts(raw)
    }

    /// What is known of an open file, fstat(2).
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
        _ path: some OctetText, limit: Int = 16 << 20
    ) throws(SystemError) -> [UInt8] {
        try contents(of: try open(path, for: .read), limit: limit)
    }

    /// The rest of an open file's bytes, at most `limit`.
    public static func contents(
        of file: borrowing Descriptor, limit: Int = 16 << 20
    ) throws(SystemError) -> [UInt8] {
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
    public static func text(_ path: some OctetText) throws(SystemError) -> String {
        String(decoding: try contents(path), as: UTF8.self)
    }

    /// unlink(2): a file or a link, and no folder.
    public static func remove(_ path: some OctetText) throws(SystemError) {
        _ = try checked("unlink", unsafe path.withCString { unsafe clinux_unlink($0) })
    }

    /// rmdir(2): a folder that is empty.
    public static func removeFolder(_ path: some OctetText) throws(SystemError) {
        _ = try checked("rmdir", unsafe path.withCString { unsafe clinux_rmdir($0) })
    }

    /// rename(2): atomic, and in the place of what is there.
    public static func rename(
        _ path: some OctetText, to other: some OctetText
    ) throws(SystemError) {
        let result = unsafe path.withCString { path in
            unsafe other.withCString { unsafe clinux_rename(path, $0) }
        }
        _ = try checked("rename", result)
    }

    /// mkdir(2); EEXIST where there is something.
    public static func makeFolder(
        _ path: some OctetText, permissions: UInt32 = 0o700
    ) throws(SystemError) {
        _ = try checked("mkdir", unsafe path.withCString { unsafe clinux_mkdir($0, permissions) })
    }

    /// Makes a folder and those above it that are missing.
    public static func makeFolders(
        _ path: some OctetText, permissions: UInt32 = 0o700
    ) throws(SystemError) {
        let path = path.octets
        var made: ByteString = path.isAbsolute ? "" : "."
        for part in path.split(by: Ascii.slash) where !part.isEmpty {
            made += "/" + part
            let result = unsafe made.withCString { unsafe clinux_mkdir($0, permissions) }
            if result < 0 && -result != EEXIST { throw failure("mkdir", result) }
        }
    }

    /// chmod(2).
    public static func setPermissions(
        _ path: some OctetText, to permissions: UInt32
    ) throws(SystemError) {
        _ = try checked("chmod", unsafe path.withCString { unsafe clinux_chmod($0, permissions) })
    }

    /// Whether it is a regular file that this process may execute, access(2).
    public static func isExecutable(_ path: some OctetText) -> Bool {
        guard let facts = try? facts(resolved(path.octets)) else { return false }
        return facts.isRegular && isPermitted(path, X_OK)
    }

    /// Whether the path leads to something, access(2); a link that leads nowhere does not.
    public static func exists(_ path: some OctetText) -> Bool { isPermitted(path, F_OK) }

    /// Whether the name is taken, be it by a link that leads nowhere.
    public static func isThere(_ path: some OctetText) -> Bool { (try? facts(path)) != nil }

    private static func isPermitted(_ path: some OctetText, _ mode: Int32) -> Bool {
        unsafe path.withCString { unsafe clinux_access($0, mode) } == 0
    }

    /// The names in a folder, sorted.
    public static func names(in folder: some OctetText) throws(SystemError) -> [String] {
        var names: [String] = []
        let result = unsafe withUnsafeMutablePointer(to: &names) { pointer in
            unsafe folder.withCString { folder in
                unsafe clinux_list_directory(
                    folder,
                    { context, name in
                        let names = unsafe context!.assumingMemoryBound(to: [String].self)
                        unsafe names.pointee.append(String(cString: name!))
                    }, pointer)
            }
        }
        _ = try checked("opendir", result)
        return names.sorted()
    }

    /// The path with all links followed; as it is where that fails.
    public static func resolved(_ path: ByteString) -> ByteString {
        guard let real = unsafe path.withCString({ unsafe realpath($0, nil) }) else { return path }
        defer { unsafe free(real) }
        return unsafe ByteString(cString: real)
    }

    /// Where a link leads, readlink(2).
    public static func target(of path: some OctetText) -> ByteString? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4097) { buffer in
            let count = unsafe path.withCString { unsafe readlink($0, buffer.baseAddress!, 4096) }
            if count < 0 { return nil }
            unsafe buffer[count] = 0
            return unsafe ByteString(cString: buffer.baseAddress!)
        }
    }

    /// The target of a symbolic link as text, readlink(2).
    public static func link(_ path: some OctetText) -> String? { target(of: path)?.text }

    /// The folder that this process works in.
    public static func currentFolder() -> String {
        guard let path = unsafe getcwd(nil, 0) else { return "/" }
        defer { unsafe free(path) }
        return unsafe ByteString(cString: path).text
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
