import Basics
import Kernel

/// The end of all that descends from this process.
enum Descendants {
    /// Kills every child of this process, and what is left to it by that, until there is none or
    /// the time is over. Returns how many were killed.
    @discardableResult
    static func end(within limit: Nanoseconds) -> Int {
        let deadline = Clock.now() + limit
        var killed = Set<Int32>()
        while Clock.now() < deadline {
            while let pid = Children.endedUnreaped() { _ = Children.reap(pid: pid) }
            let living = all(of: ThisProcess.pid)
            if living.isEmpty { break }
            for pid in living {
                Signals.send(.kill, to: pid)
                killed.insert(pid)
            }
            Poll.sleep(.milliseconds(1))
        }
        return killed.count
    }

    /// All that descends from a process, without itself.
    static func all(of pid: Int32) -> [Int32] {
        var found: [Int32] = []
        var next = [pid]
        while let parent = next.popLast() {
            let children = Processes.children(of: parent)
            found += children
            next += children
        }
        return found
    }
}
