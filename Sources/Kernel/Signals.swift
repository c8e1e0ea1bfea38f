import Basics
import CLinux
import Glibc

/// A signal, signal(7).
public struct Signal: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    @inlinable
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let hangUp = Signal(rawValue: SIGHUP)
    public static let interrupt = Signal(rawValue: SIGINT)
    public static let quit = Signal(rawValue: SIGQUIT)
    public static let kill = Signal(rawValue: SIGKILL)
    public static let terminate = Signal(rawValue: SIGTERM)
    public static let child = Signal(rawValue: SIGCHLD)
    public static let stop = Signal(rawValue: SIGSTOP)
    /// SIGCONT.
    public static let proceed = Signal(rawValue: SIGCONT)
    public static let terminalStop = Signal(rawValue: SIGTSTP)
    /// SIGWINCH: the terminal has another size.
    public static let windowChanged = Signal(rawValue: SIGWINCH)
    public static let user1 = Signal(rawValue: SIGUSR1)
    public static let user2 = Signal(rawValue: SIGUSR2)

    private static let names: [(String, Int32)] = [
        ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("ILL", SIGILL), ("TRAP", SIGTRAP),
        ("ABRT", SIGABRT), ("BUS", SIGBUS), ("FPE", SIGFPE), ("KILL", SIGKILL), ("USR1", SIGUSR1),
        ("SEGV", SIGSEGV), ("USR2", SIGUSR2), ("PIPE", SIGPIPE), ("ALRM", SIGALRM),
        ("TERM", SIGTERM), ("STKFLT", 16), ("CHLD", SIGCHLD), ("CONT", SIGCONT), ("STOP", SIGSTOP),
        ("TSTP", SIGTSTP), ("TTIN", SIGTTIN), ("TTOU", SIGTTOU), ("URG", SIGURG), ("XCPU", SIGXCPU),
        ("XFSZ", SIGXFSZ), ("VTALRM", SIGVTALRM), ("PROF", SIGPROF), ("WINCH", SIGWINCH),
        ("IO", SIGIO), ("PWR", SIGPWR), ("SYS", SIGSYS),
    ]

    /// The names of all that have one, without `SIG`.
    public static var allNames: [String] { names.map(\.0) }

    /// `SIGKILL`, or `signal 34` where it has no name.
    public var name: String {
        for (name, number) in Self.names where number == rawValue { return "SIG" + name }
        return "signal \(rawValue)"
    }

    /// Reads `KILL`, `SIGKILL`, `sigkill` or `9`.
    public init?(named text: String) {
        if let number = Int32(text) {
            if !SignalNumber.all.contains(number) { return nil }
            self.init(rawValue: number)
            return
        }
        var wanted = text.uppercased()
        if wanted.hasPrefix("SIG") { wanted = String(wanted.dropFirst(3)) }
        for (name, number) in Self.names where name == wanted {
            self.init(rawValue: number)
            return
        }
        return nil
    }
}

/// Signals as events at a poller, signalfd(2), instead of calls out of nowhere.
public struct SignalQueue: ~Copyable {
    let descriptor: Descriptor

    /// Blocks the signals in this thread and those that it starts, and collects them. To be made
    /// before there is another thread.
    public init(_ signals: [Signal]) throws(SystemError) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal.rawValue) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = Descriptor(number: try checked("signalfd", unsafe clinux_signalfd(&set)))
    }

    /// Readable when a signal has come.
    public var reference: DescriptorReference { descriptor.reference }

    /// The next signal that has come; `nil` when there is no more.
    public func next() -> Signal? {
        var info = signalfd_siginfo()
        let count = unsafe clinux_read(
            descriptor.number, &info, MemoryLayout<signalfd_siginfo>.size)
        return count == MemoryLayout<signalfd_siginfo>.size
            ? Signal(rawValue: Int32(bitPattern: info.ssi_signo)) : nil
    }
}

/// Sending signals, and what this process does with its own.
public enum Signals {
    /// Has a write fail that would end the process: to a broken pipe (EPIPE), or past the limit of
    /// a file's size (EFBIG).
    public static func letWritesFail() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Ignores signals that would end this process though they are not sent for that: for a process
    /// that others depend on. Its children have their own (SpawnPlan).
    public static func ignoreStray() {
        for number in [
            SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT,
        ] {
            signal(number, SIG_IGN)
        }
        // The first two behind the classic ones are the C library's own.
        for number in 34...64 as ClosedRange<Int32> { signal(number, SIG_IGN) }
    }

    /// Ignores the terminal's signals to stop, for a process that has none.
    public static func ignoreTerminalStops() {
        for number in [SIGTSTP, SIGTTIN, SIGTTOU] { signal(number, SIG_IGN) }
    }

    /// Whether this process was started so that a signal does nothing to it, as by nohup(1).
    public static func isIgnored(_ signal: Signal) -> Bool {
        clinux_is_ignored(signal.rawValue) == 1
    }

    /// kill(2) to one process. False when there is none.
    @discardableResult
    public static func send(_ signal: Signal, to pid: Int32) -> Bool {
        clinux_kill(pid, signal.rawValue) == 0
    }

    /// kill(2) to a process group. False when it has no member.
    @discardableResult
    public static func send(_ signal: Signal, toGroup group: Int32) -> Bool {
        clinux_kill(-group, signal.rawValue) == 0
    }
}
