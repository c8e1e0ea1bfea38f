import Basics
import Kernel

/// What the kernel tells of a process at this moment.
struct ProcessUsage: Equatable {
    let cpu: Nanoseconds
    let residentBytes: UInt64
    let descriptors: Int
    let threads: Int

    init(cpu: Nanoseconds, residentBytes: UInt64, descriptors: Int, threads: Int) {
        self.cpu = cpu
        self.residentBytes = residentBytes
        self.descriptors = descriptors
        self.threads = threads
    }

    /// `nil` where there is no such process.
    init?(of pid: Int32) {
        guard let facts = Processes.facts(of: pid) else { return nil }
        cpu = facts.cpu
        residentBytes = facts.residentBytes
        descriptors = Self.entries(of: "/proc/\(pid)/fd")
        threads = Self.entries(of: "/proc/\(pid)/task")
    }

    private static func entries(of folder: String) -> Int {
        ((try? Files.names(in: folder)) ?? []).count { $0 != "." && $0 != ".." }
    }
}
