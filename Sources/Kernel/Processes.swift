import Basics
import CLinux
import Glibc

/// Other processes as /proc shows them, proc(5).
public enum Processes {
    /// The pids of those whose parent is `pid`, ended ones that wait to be reaped included.
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

    /// What /proc/PID/stat tells.
    public struct Facts: Sendable {
        public let parent: Int32
        public let group: Int32
        public let session: Int32
        /// R, S, D, T, Z and so on.
        public let state: Character
        /// User and system time so far.
        public let cpu: Nanoseconds
        public let residentBytes: UInt64
    }

    /// Nothing when there is no such process.
    public static func facts(of pid: Int32) -> Facts? {
        guard let text = try? Files.text("/proc/\(pid)/stat"),
            // The name is in brackets and may hold anything, brackets too.
            let close = text.lastIndex(of: ")")
        else { return nil }
        let words = text[text.index(after: close)...].split(separator: " ")
        guard words.count > 21, let parent = Int32(words[1]), let group = Int32(words[2]),
            let session = Int32(words[3]), let user = UInt64(words[11]),
            let system = UInt64(words[12]), let pages = UInt64(words[21])
        else { return nil }
        let ticks = UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
        return Facts(
            parent: parent, group: group, session: session, state: words[0].first ?? "?",
            cpu: Nanoseconds((user + system) * (1_000_000_000 / ticks)),
            residentBytes: pages * UInt64(sysconf(Int32(_SC_PAGESIZE))))
    }

    /// The command line, words joined by blanks; nothing when it can't be read.
    public static func commandLine(of pid: Int32) -> String? {
        guard let bytes = try? Files.contents("/proc/\(pid)/cmdline"), !bytes.isEmpty else {
            return nil
        }
        let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.joined(separator: " ")
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

    /// The process that listens on a TCP port; nothing when none does or it is hidden from us.
    public static func listener(onPort port: UInt16) -> Int32? {
        var inodes = Set<String>()
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            guard let text = try? Files.text(table) else { continue }
            for line in text.split(separator: "\n").dropFirst() {
                let words = line.split(separator: " ")
                // 0A is TCP_LISTEN.
                guard words.count > 9, words[3] == "0A",
                    let colon = words[1].lastIndex(of: ":"),
                    UInt16(words[1][words[1].index(after: colon)...], radix: 16) == port
                else { continue }
                inodes.insert("socket:[\(words[9])]")
            }
        }
        if inodes.isEmpty { return nil }
        for pid in all() {
            guard let names = try? Files.names(in: "/proc/\(pid)/fd") else { continue }
            for name in names {
                if let link = Files.link("/proc/\(pid)/fd/\(name)"), inodes.contains(link) {
                    return pid
                }
            }
        }
        return nil
    }
}
