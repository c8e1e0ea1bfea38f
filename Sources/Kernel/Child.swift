import Basics
import CLinux
import Glibc

/// What a child process is to be.
public struct SpawnPlan: Sendable {
    /// The program's file.
    public var path: ByteString
    /// The words of its command line, the program's own name first.
    public var arguments: [ByteString]
    /// `NAME=value` each.
    public var environment: [ByteString]
    /// Where it starts; `nil`: where this process is.
    public var directory: ByteString?
    /// What becomes 0, 1, 2 and so on in the child; nothing stands for /dev/null. The child gets no
    /// other descriptor.
    public var descriptors: [DescriptorReference?]
    /// What it is sent when the thread that started it ends (PR_SET_PDEATHSIG).
    public var deathSignal: Signal?
    /// Whether it leads a session (and so a group) of its own.
    public var ownSession: Bool
    /// Whether `LISTEN_PID` is to be in its environment, with its own pid (sd_listen_fds(3)).
    public var tellsListenPid: Bool
    /// Its soft limit of descriptors; `nil`: this process's.
    public var descriptorLimit: UInt64?
    /// What it and all that comes of it can be known by; `nil`: what this process is known by.
    public var mark: LineageMark?

    public init(
        path: ByteString, arguments: [ByteString], environment: [ByteString],
        directory: ByteString? = nil,
        descriptors: [DescriptorReference?], deathSignal: Signal? = .kill, ownSession: Bool = true,
        tellsListenPid: Bool = false, descriptorLimit: UInt64? = nil, mark: LineageMark? = nil
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.descriptors = descriptors
        self.deathSignal = deathSignal
        self.ownSession = ownSession
        self.tellsListenPid = tellsListenPid
        self.descriptorLimit = descriptorLimit
        self.mark = mark
    }
}

extension SpawnPlan {
    /// What a child is started with, where all of it is text.
    public init(
        path: String, arguments: [String], environment: [String], directory: String? = nil,
        descriptors: [DescriptorReference?], deathSignal: Signal? = .kill, ownSession: Bool = true
    ) {
        self.init(
            path: ByteString(path), arguments: arguments.map { ByteString($0) },
            environment: environment.map { ByteString($0) },
            directory: directory.map { ByteString($0) }, descriptors: descriptors,
            deathSignal: deathSignal, ownSession: ownSession)
    }
}

/// A process that this one started, until it has been reaped.
public struct Child: ~Copyable {
    public let pid: Int32
    /// Readable once the process has ended, pidfd_open(2).
    public let pidDescriptor: Descriptor

    /// Starts a child. To be called on a thread that lives as long as the child may: the kernel
    /// takes the end of the thread for the parent's death. Fails with the call that failed in the
    /// child; `isOfProgram` where that was execve(2).
    public init(_ plan: SpawnPlan) throws(SystemError) {
        var environment = plan.environment
        if plan.tellsListenPid { environment.append("LISTEN_PID=0000000000\0") }
        let arguments = CStrings(plan.arguments)
        let variables = CStrings(environment)
        let directory = plan.directory.map { CStrings([$0]) }
        let path = CStrings([plan.path])
        let numbers = plan.descriptors.map { $0?.number ?? -1 }
        var pidfd: Int32 = -1
        var failedStep = CLINUX_STEP_PIPE
        let pid = unsafe numbers.withUnsafeBufferPointer { numbers in
            var request = unsafe clinux_spawn()
            unsafe request.path = UnsafePointer(path.pointers[0])
            unsafe request.argv = UnsafePointer(arguments.pointers.baseAddress)
            unsafe request.envp = UnsafePointer(variables.pointers.baseAddress)
            unsafe request.directory = UnsafePointer(directory?.pointers[0])
            unsafe request.descriptors = numbers.baseAddress
            unsafe request.descriptor_count = Int32(numbers.count)
            unsafe request.death_signal = plan.deathSignal?.rawValue ?? 0
            unsafe request.new_session = plan.ownSession ? 1 : 0
            unsafe request.descriptor_limit = plan.descriptorLimit ?? 0
            unsafe request.mark = plan.mark?.rawValue ?? 0
            if plan.tellsListenPid, let last = unsafe variables.pointers[environment.count - 1] {
                unsafe request.pid_digits = last + "LISTEN_PID=".utf8.count
            }
            return unsafe clinux_spawn(&request, &pidfd, &failedStep)
        }
        // The strings must outlive the call above.
        withExtendedLifetime((arguments, variables, directory, path)) {}
        if pid < 0 {
            throw SystemError(
                call: unsafe String(cString: clinux_step_name(failedStep)),
                errno: Errno(rawValue: -pid), isOfProgram: failedStep == CLINUX_STEP_EXEC)
        }
        self.pid = pid
        pidDescriptor = Descriptor(number: pidfd)
    }

    /// pidfd_send_signal(2): never hits another process that was given the same number.
    @discardableResult
    public func send(_ signal: Signal) -> Bool {
        clinux_pidfd_signal(pidDescriptor.number, signal.rawValue) == 0
    }

    /// Takes the ending of this child from the kernel; `nil` when it still runs. Its number may
    /// belong to another process from then on.
    public func reap() -> Ending? { Ending.reap(pid) }
}

/// How a process ended and what it used, wait4(2).
public struct Ending: Equatable, Sendable {
    /// How the process ended, as the status of wait(2) tells.
    public enum Cause: Equatable, Sendable {
        case exited(code: Int32)
        case killed(by: Signal, dumpedCore: Bool)

        /// `exited with 3`, `killed by SIGSEGV (core dumped)`.
        public var words: String {
            switch self {
            case .exited(let code): "exited with \(code)"
            case .killed(let signal, let dumpedCore):
                "killed by \(signal.name)" + (dumpedCore ? " (core dumped)" : "")
            }
        }
    }

    public let pid: Int32
    public let cause: Cause
    /// User and system time, its own waited-for children included.
    public let cpu: Nanoseconds
    /// The most memory it held at a time, in KiB.
    public let peakKibibytes: UInt64

    public init(pid: Int32, cause: Cause, cpu: Nanoseconds, peakKibibytes: UInt64) {
        self.pid = pid
        self.cause = cause
        self.cpu = cpu
        self.peakKibibytes = peakKibibytes
    }

    static func reap(_ pid: Int32) -> Ending? {
        var raw = clinux_ending()
        guard unsafe clinux_reap(pid, &raw) == 1 else { return nil }
        let cause: Cause =
            raw.was_signalled == 1
            ? .killed(by: Signal(rawValue: raw.status), dumpedCore: raw.dumped_core == 1)
            : .exited(code: raw.status)
        return Ending(
            pid: raw.pid, cause: cause, cpu: .microseconds(raw.cpu_microseconds),
            peakKibibytes: raw.peak_kibibytes)
    }
}

/// The children of this process as the kernel lists them, beyond those that it started: a subreaper
/// is given its descendants' orphans.
public enum Children {
    /// prctl(2) PR_SET_CHILD_SUBREAPER.
    public static func becomeSubreaper() throws(SystemError) {
        _ = try checked("prctl", clinux_become_subreaper())
    }

    /// The pid of a child that has ended and waits to be reaped; the same until it is.
    public static func endedUnreaped() -> Int32? {
        var pid: Int32 = 0
        return unsafe clinux_peek_ended(&pid) == 1 ? pid : nil
    }

    /// Reaps a child by number; `nil` when it still runs or is none of ours.
    public static func reap(pid: Int32) -> Ending? { Ending.reap(pid) }

    /// Whether a child was stopped (SIGSTOP) or goes on again.
    public enum Change: Equatable, Sendable {
        case stopped(pid: Int32)
        case resumed(pid: Int32)
    }

    /// The next change of a child between stopped and running that has not been told yet.
    public static func nextChange() -> Change? {
        while true {
            var pid: Int32 = 0
            var code: Int32 = 0
            if unsafe clinux_peek_stopped(&pid, &code) != 1 { return nil }
            switch code {
            case Int32(CLD_STOPPED): return .stopped(pid: pid)
            case Int32(CLD_CONTINUED): return .resumed(pid: pid)
            default: continue
            }
        }
    }
}

/// Strings as C wants them: ended by a zero, in an array ended by a null.
@safe
final class CStrings {
    let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

    init(_ strings: [ByteString]) {
        unsafe pointers = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() {
            // Not strdup: a text may hold a zero that is to be kept as room.
            let bytes = string.bytes
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
            for (offset, byte) in bytes.enumerated() {
                unsafe copy[offset] = CChar(bitPattern: byte)
            }
            unsafe copy[bytes.count] = 0
            unsafe pointers[index] = copy
        }
        unsafe pointers[strings.count] = nil
    }

    deinit {
        for index in 0..<(unsafe pointers.count) { unsafe pointers[index]?.deallocate() }
        unsafe pointers.deallocate()
    }
}
