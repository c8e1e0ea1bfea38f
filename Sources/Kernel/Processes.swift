import Basics
import CLinux
import Glibc

/// Other processes as /proc shows them, proc(5).
public enum Processes {
    /// The pids of the children of `pid`, ended ones that wait to be reaped included.
    public static func children(of pid: Int32) -> [Int32] {
        let tasks = "/proc/\(pid)/task"
        // Each thread has its own: a child is listed with the one that started it.
        var children: [Int32] = []
        for task in (try? Files.names(in: tasks)) ?? [] {
            guard let text = try? Files.text("\(tasks)/\(task)/children") else { continue }
            children += text.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        }
        if !children.isEmpty || Files.exists("\(tasks)/\(pid)/children") { return children }
        // Kernels without CONFIG_PROC_CHILDREN.
        return all().filter { facts(of: $0)?.parent == pid }
    }

    /// All pids.
    public static func all() -> [Int32] {
        guard let names = try? Files.names(in: "/proc") else { return [] }
        return names.compactMap { Int32($0) }
    }

    /// Whether a process has ended, or is in the middle of it: when one is killed, its connections
    /// end a moment before its parent is told of its death, and this tells why they did.
    public static func isDying(_ pid: Int32) -> Bool { clinux_is_dying(pid) == 1 }

    /// Whether a process has been killed, whether or not it has begun to end: SIGKILL is pending
    /// until it next runs.
    public static func isKilled(_ pid: Int32) -> Bool {
        if isDying(pid) { return true }
        guard let text = try? Files.text("/proc/\(pid)/status") else { return true }
        let kill = UInt64(1) << UInt64(SIGKILL - 1)
        return text.split(separator: "\n").contains { line in
            // `ShdPnd:	0000000000000100`
            guard line.hasPrefix("SigPnd:") || line.hasPrefix("ShdPnd:") else { return false }
            let mask = line.dropFirst(7).drop { $0.isWhitespace }
            return UInt64(mask, radix: 16).map { $0 & kill != 0 } ?? false
        }
    }

    /// What /proc/PID/stat tells.
    public struct Facts: Sendable {
        public let parent: Int32
        /// The process group, setpgid(2).
        public let group: Int32
        /// The session's leader, setsid(2).
        public let session: Int32
        /// R, S, D, T, Z and so on.
        public let state: Character
        /// Whether it was stopped by a signal, and waits for SIGCONT.
        public var isStopped: Bool { state == "T" }
        /// Whether it waits for the kernel, and not even a signal wakes it.
        public var isUninterruptible: Bool { state == "D" }
        /// Whether it has ended, and waits to be reaped by its parent.
        public var hasEnded: Bool { state == "Z" }
        /// User and system time so far.
        public let cpu: Nanoseconds
        /// What its children used that have ended and that it has waited for, and theirs.
        public let waitedCpu: Nanoseconds
        /// Memory that is in RAM, shared pages included.
        public let residentBytes: UInt64
    }

    /// `nil` when there is no such process.
    public static func facts(of pid: Int32) -> Facts? {
        guard let text = try? Files.contents("/proc/\(pid)/stat") else { return nil }
        return facts(text)
    }

    static func facts(_ text: [UInt8]) -> Facts? {
        // The name is in brackets and may hold any octets, brackets too.
        guard let close = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let rest = String(decoding: text[(close + 1)...], as: UTF8.self)
        let words = rest.split(separator: " ")
        guard words.count > 21, let parent = Int32(words[1]), let group = Int32(words[2]),
            let session = Int32(words[3]), let user = UInt64(words[11]),
            let system = UInt64(words[12]), let waitedUser = UInt64(words[13]),
            let waitedSystem = UInt64(words[14]), let pages = UInt64(words[21])
        else { return nil }
        let tick = 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
        return Facts(
            parent: parent, group: group, session: session, state: words[0].first ?? "?",
            cpu: Nanoseconds(user.addingClamped(system).multipliedClamped(by: tick)),
            waitedCpu: Nanoseconds(
                waitedUser.addingClamped(waitedSystem).multipliedClamped(by: tick)),
            residentBytes: pages.multipliedClamped(by: UInt64(sysconf(Int32(_SC_PAGESIZE)))))
    }

    /// Memory of a process that it may share with others, in bytes: files and shared memory that
    /// are in RAM. 0 when there is no such process.
    public static func sharedBytes(of pid: Int32) -> UInt64 {
        let words = (try? Files.text("/proc/\(pid)/statm"))?.split(separator: " ") ?? []
        guard words.count > 2, let pages = UInt64(words[2]) else { return 0 }
        return pages.multipliedClamped(by: UInt64(sysconf(Int32(_SC_PAGESIZE))))
    }

    /// The most memory that a process has had in RAM, in KiB; 0 when it has ended.
    public static func peakKibibytes(of pid: Int32) -> UInt64 {
        guard let text = try? Files.text("/proc/\(pid)/status") else { return 0 }
        // `VmHWM:	    4096 kB`
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first
            .flatMap { UInt64($0) } ?? 0
    }

    /// The command line, words joined by blanks; `nil` when it can't be read.
    public static func commandLine(of pid: Int32) -> String? {
        guard let bytes = try? Files.contents("/proc/\(pid)/cmdline"), !bytes.isEmpty else {
            return nil
        }
        let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.joined(separator: " ")
    }

    /// The name of the program as ps(1) shows it, fifteen bytes at most; `nil` where there is no
    /// such process.
    public static func name(of pid: Int32) -> String? {
        guard let text = try? Files.text("/proc/\(pid)/stat"),
            let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close
        else { return nil }
        return String(text[text.index(after: open)..<close])
    }

    /// The value that a variable had when the process was started.
    public static func variable(_ name: String, of pid: Int32) -> String? {
        guard let bytes = try? Files.contents("/proc/\(pid)/environ") else { return nil }
        let prefix = Array((name + "=").utf8)
        for entry in bytes.split(separator: 0) where entry.starts(with: prefix) {
            return String(decoding: entry.dropFirst(prefix.count), as: UTF8.self)
        }
        return nil
    }

    /// The process that listens on a TCP port; `nil` when none does or it is hidden from us.
    public static func listener(onPort port: UInt16) -> Int32? {
        holders(of: TCPTable.listening(on: port, at: nil)).first
    }

    /// The processes that hold the socket which answers at an address: several, where it was passed
    /// on by fork. None where no process listens there or they are hidden from us. Only `pids` are
    /// looked at, where they are given: all of a machine's take a while.
    public static func listeners(on address: Address, among pids: [Int32]? = nil) -> [Int32] {
        holders(of: TCPTable.listening(on: address.port ?? 0, at: address), among: pids)
    }

    /// The TCP ports on which any of these processes listens, in order.
    public static func listeningPorts(of pids: [Int32]) -> [UInt16] {
        let sockets = TCPTable.listening()
        var ports = Set<UInt16>()
        for pid in pids {
            for name in (try? Files.names(in: "/proc/\(pid)/fd")) ?? [] {
                guard let link = Files.link("/proc/\(pid)/fd/\(name)") else { continue }
                if let port = sockets[link] { ports.insert(port) }
            }
        }
        return ports.sorted()
    }

    private static func holders(of sockets: Set<String>, among pids: [Int32]? = nil) -> [Int32] {
        if sockets.isEmpty { return [] }
        let found = (pids ?? all()).filter { pid in
            let names = (try? Files.names(in: "/proc/\(pid)/fd")) ?? []
            return names.contains { name in
                Files.link("/proc/\(pid)/fd/\(name)").map { sockets.contains($0) } ?? false
            }
        }
        if found.count < 2 { return found }
        // A process that was just forked has it too, until it runs its own program: it comes behind
        // the one that it has it from.
        let inheriting = found.filter { pid in
            facts(of: pid).map { found.contains($0.parent) } ?? true
        }
        return found.filter { !inheriting.contains($0) } + inheriting
    }
}
