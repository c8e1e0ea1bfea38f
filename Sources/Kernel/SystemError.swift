import Basics
import CLinux
import Glibc

/// A number that says why a system call failed; see errno(3).
public struct Errno: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int32

    @inlinable
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let noSuchFile = Errno(rawValue: ENOENT)
    /// ENXIO and ENODEV: a socket, or a device that is not there, was to be opened as a file.
    public static let noSuchAddress = Errno(rawValue: ENXIO)
    public static let noSuchDevice = Errno(rawValue: ENODEV)
    /// EAGAIN, which is EWOULDBLOCK too.
    public static let tryAgain = Errno(rawValue: EAGAIN)
    public static let accessDenied = Errno(rawValue: EACCES)
    public static let exists = Errno(rawValue: EEXIST)
    public static let notADirectory = Errno(rawValue: ENOTDIR)
    /// ENOEXEC: neither a known format nor a line that names an interpreter.
    public static let notExecutable = Errno(rawValue: ENOEXEC)
    /// EMFILE: RLIMIT_NOFILE is reached.
    public static let tooManyInProcess = Errno(rawValue: EMFILE)
    /// ENFILE.
    public static let tooManyInSystem = Errno(rawValue: ENFILE)
    public static let noMemory = Errno(rawValue: ENOMEM)
    public static let noSpace = Errno(rawValue: ENOSPC)
    /// ENOBUFS.
    public static let noBuffers = Errno(rawValue: ENOBUFS)
    public static let brokenPipe = Errno(rawValue: EPIPE)
    public static let addressInUse = Errno(rawValue: EADDRINUSE)
    public static let addressNotAvailable = Errno(rawValue: EADDRNOTAVAIL)
    /// EAFNOSUPPORT.
    public static let noSuchFamily = Errno(rawValue: EAFNOSUPPORT)
    public static let connectionRefused = Errno(rawValue: ECONNREFUSED)
    public static let connectionReset = Errno(rawValue: ECONNRESET)
    public static let timedOut = Errno(rawValue: ETIMEDOUT)
    /// ETXTBSY: the program is open for writing.
    public static let textBusy = Errno(rawValue: ETXTBSY)
    public static let fileTooLarge = Errno(rawValue: EFBIG)
    public static let notSupported = Errno(rawValue: ENOTSUP)
    /// ELOOP: also a link where none may be followed.
    public static let tooManyLinks = Errno(rawValue: ELOOP)
    /// EDQUOT.
    public static let overQuota = Errno(rawValue: EDQUOT)

    /// Whether a file could not be written because there is no more room for it.
    public var isShortage: Bool { [.noSpace, .fileTooLarge, .overQuota].contains(self) }

    /// Whether the same may be possible later, though nothing is mended: the machine is short of
    /// something, or the file is just being written.
    public var mayPass: Bool {
        switch self {
        case .tryAgain, .tooManyInProcess, .tooManyInSystem, .noMemory, .noSpace, .noBuffers,
            .textBusy:
            true
        default: false
        }
    }

    /// What strerror(3) says, as `No such file or directory`.
    public var description: String {
        unsafe String(cString: strerror(rawValue))
    }
}

/// A system call that failed, and why.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The name of the call, as in its man page.
    public let call: String
    public let errno: Errno
    /// Whether it was the program of a child that could not be run, execve(2), and all was well up
    /// to there.
    public let isOfProgram: Bool

    public init(call: String, errno: Errno, isOfProgram: Bool = false) {
        self.call = call
        self.errno = errno
        self.isOfProgram = isOfProgram
    }

    /// As `connect: Connection refused`.
    public var description: String { "\(call): \(errno)" }
}

extension Errno: Equatable {}

/// Turns a result of CLinux, which is negative where the call failed, into a value or an error.
@inline(__always)
func checked(_ call: StaticString, _ result: Int32) throws(SystemError) -> Int32 {
    if result < 0 { throw failure(call, result) }
    return result
}

@inline(never)
func failure(_ call: StaticString, _ result: Int32) -> SystemError {
    SystemError(call: "\(call)", errno: Errno(rawValue: -result))
}
