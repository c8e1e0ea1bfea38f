import Basics
import CLinux
import Glibc

/// A file descriptor that is owned, and closed when its owner lets it go.
@safe
public struct Descriptor: ~Copyable, Sendable {
    @usableFromInline let number: Int32

    @inlinable
    init(number: Int32) { self.number = number }

    deinit { _ = clinux_close(number) }

    /// The descriptor's number, for code that names it without owning it.
    @inlinable
    public var reference: DescriptorReference { DescriptorReference(number: number) }

    /// Takes ownership of a descriptor that this process was started with, such as those that
    /// LISTEN_FDS counts (sd_listen_fds(3)); it will not be passed on by exec.
    public static func inherited(_ number: Int32) throws(SystemError) -> Descriptor {
        _ = try checked("fcntl", clinux_fcntl(number, F_SETFD, FD_CLOEXEC))
        return Descriptor(number: number)
    }

    /// Lets reads and writes return at once. It is a property of the open file, so it holds for all
    /// processes that share it: never for a terminal that the shell gave us.
    public func setNonBlocking(_ on: Bool = true) throws(SystemError) {
        let flags = try checked("fcntl", clinux_fcntl(number, F_GETFL, 0))
        let wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
        _ = try checked("fcntl", clinux_fcntl(number, F_SETFL, wanted))
    }

    /// Another descriptor of the same open file.
    public func duplicate() throws(SystemError) -> Descriptor { try reference.duplicate() }
}

/// The number of a descriptor that has its owner elsewhere; it may be used only while that one
/// lives.
public struct DescriptorReference: Hashable, Sendable {
    @usableFromInline let number: Int32

    @inlinable
    init(number: Int32) { self.number = number }

    public static let standardInput = DescriptorReference(number: 0)
    public static let standardOutput = DescriptorReference(number: 1)
    public static let standardError = DescriptorReference(number: 2)

    /// Whether it is a terminal, isatty(3).
    public var isTerminal: Bool { clinux_isatty(number) == 1 }

    /// The width of the terminal in columns; `nil` where it is none or does not tell.
    public var windowColumns: Int? {
        let columns = clinux_window_columns(number)
        return columns > 0 ? Int(columns) : nil
    }

    /// Another descriptor of the same open file.
    public func duplicate() throws(SystemError) -> Descriptor {
        Descriptor(number: try checked("fcntl", clinux_fcntl(number, F_DUPFD_CLOEXEC, 3)))
    }

    /// The number in digits, for a command line or an environment.
    public var text: String { String(number) }
}
