import Basics
import Kernel

/// What several processes have used until they ended.
struct Usage: Equatable {
    private(set) var cpu = Nanoseconds(0)
    /// Of the one of them that held the most memory at a time.
    private(set) var peakKibibytes: UInt64 = 0

    mutating func add(_ ending: Ending) {
        add(cpu: ending.cpu, peakKibibytes: ending.peakKibibytes)
    }

    /// Adds what one has used so far that is about to end.
    mutating func add(cpu: Nanoseconds, peakKibibytes: UInt64) {
        self.cpu = Nanoseconds(self.cpu.count.addingClamped(cpu.count))
        self.peakKibibytes = max(self.peakKibibytes, peakKibibytes)
    }
}
