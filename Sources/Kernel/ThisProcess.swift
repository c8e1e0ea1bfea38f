import Basics
import CLinux
import Glibc

/// The process that this code runs in.
public enum ThisProcess {
    public static var pid: Int32 { getpid() }
    public static var parentPid: Int32 { getppid() }
    /// The real user, getuid(2).
    public static var user: UInt32 { getuid() }
    public static var arguments: [String] { CommandLine.arguments }

    /// The words of the command line, octet for octet.
    public static var exactArguments: [ByteString] {
        (0..<Int(CommandLine.argc)).compactMap { index in
            unsafe CommandLine.unsafeArgv[index].map { unsafe ByteString(cString: $0) }
        }
    }

    /// The file of the running program, as text.
    public static var executable: String { program.text }

    /// The file of the running program.
    public static var program: ByteString { Files.target(of: "/proc/self/exe") ?? "" }

    /// The value of an environment variable; `nil` when it is not set.
    public static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// The value of an environment variable octet for octet: it need not be UTF-8.
    public static func octets(of name: String) -> ByteString? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe ByteString(cString: value)
    }

    /// The environment, `NAME=value` each.
    public static var environment: [ByteString] {
        var list: [ByteString] = []
        var index = 0
        while let entry = unsafe environ[index] {
            unsafe list.append(ByteString(cString: entry))
            index += 1
        }
        return list
    }

    /// Takes variables out of the environment, so that no child of ours is misled by them.
    public static func unset(_ name: String) { unsafe unsetenv(name) }

    /// Opens /dev/null in the place of standard input, output and error where the process that
    /// started this one had closed them: or the next file that is opened would get that number, and
    /// what is said.
    public static func openStandardDescriptors() {
        for number in 0...2 as ClosedRange<Int32> where fcntl(number, F_GETFD) < 0 {
            // The lowest free number is this one.
            _ = unsafe open("/dev/null", O_RDWR)
        }
    }

    /// exit(3): what is registered with atexit(3) runs, no deinit does.
    public static func exit(_ code: Int32) -> Never { Glibc.exit(code) }

    /// How many cores there are to run on.
    public static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// The soft limit of open descriptors (RLIMIT_NOFILE).
    public static var descriptorLimit: UInt64 {
        var soft: UInt64 = 0
        var hard: UInt64 = 0
        return unsafe clinux_descriptor_limit(&soft, &hard) < 0 ? 1024 : soft
    }

    /// Raises the soft limit of open descriptors to `wanted`, or as far as the hard one allows.
    public static func raiseDescriptorLimit(to wanted: UInt64) {
        if wanted > descriptorLimit { _ = clinux_raise_descriptor_limit(wanted) }
    }
}

/// A thread of its own, pthreads(7).
public enum Thread {
    /// Starts `body` on a new detached thread; false where the system has none to give (EAGAIN,
    /// pthread_create(3)).
    @discardableResult
    public static func start(
        named name: String, _ body: @escaping @Sendable () -> Void
    ) -> Bool {
        let start = ThreadStart(name: name, body: body)
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(start).toOpaque()
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument!).takeRetainedValue()
                _ = unsafe clinux_set_thread_name(start.name)
                start.body()
                return nil
            }, argument)
        if result != 0 {
            unsafe Unmanaged<ThreadStart>.fromOpaque(argument).release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        // The kernel keeps fifteen bytes.
        self.name = String(name.prefix(15))
        self.body = body
    }
}
