import Basics
import CLinux
import Glibc

/// A file that one process at a time holds, fcntl(2) F_OFD_SETLK. The kernel lets go of it when the
/// holder dies, so it can't be stale.
public struct FileLock: ~Copyable {
    let file: Descriptor

    /// Takes the lock and writes this process's pid into the file; `nil` when another has it.
    public static func take(_ path: some OctetText) throws(SystemError) -> FileLock? {
        let file = try Files.openOwn(path, for: .update)
        let result = clinux_lock(file.number)
        if -result == EAGAIN || -result == EACCES { return nil }
        _ = try checked("fcntl", result)
        try Files.write("\(ThisProcess.pid)\n", to: file)
        return FileLock(file: file)
    }

    /// The pid of the process that holds the lock; `nil` when none does.
    ///
    /// The kernel is asked and nothing is locked for it, as flock(2) would need: a process that
    /// took the lock in that moment would be refused though none has it.
    public static func holder(_ path: some OctetText) -> Int32? {
        guard let file = try? Files.openOwn(path, for: .read) else { return nil }
        if clinux_is_locked(file.number) != 1 { return nil }
        return pid(in: file)
    }

    /// The pid in the file of a lock, whether a process holds it or not; `nil` where it is no such
    /// file.
    public static func pid(in path: some OctetText) -> Int32? {
        guard let file = try? Files.openOwn(path, for: .read) else { return nil }
        return pid(in: file)
    }

    private static func pid(in file: borrowing Descriptor) -> Int32? {
        guard let bytes = try? Files.contents(of: file, limit: 64) else { return nil }
        let digits = bytes.prefix { (Ascii.zero...Ascii.nine).contains($0) }
        return Int32(String(decoding: digits, as: UTF8.self))
    }
}
