import Basics
import Control
import Kernel

extension Supervisor {
    /// Reaps processes that were left to us by a child that is gone.
    func reapOrphans() {
        // One of our own is reaped when its pidfd is read, and this is called again then; until
        // that is done it hides the others.
        while let pid = Children.endedUnreaped() {
            if child(pid: pid) != nil { return }
            _ = Children.reap(pid: pid)
        }
    }

    /// Kills what a dead child left behind: processes that were adopted by us and carry its name.
    func endEscapees(of child: SupervisedChild) {
        if !child.mayHaveLeftSome || child.process != nil { return }
        child.mayHaveLeftSome = false
        // Killing one may give us its children, so until there is none.
        for _ in 0..<32 {
            let found = adopted().filter {
                Processes.variable(Inheritance.instance, of: $0) == child.plan.name
                    && Processes.variable(Inheritance.service, of: $0) == plan.name
            }
            if found.isEmpty { return }
            for pid in found { Signals.send(.kill, to: pid) }
            Poll.sleep(.microseconds(200))
            reapOrphans()
        }
    }

    /// Our children that we did not start, and that have not ended.
    private func adopted() -> [Int32] {
        let own = Set(children.compactMap { $0.process?.pid })
        return Processes.children(of: ThisProcess.pid).filter { pid in
            !own.contains(pid) && Processes.facts(of: pid).map { $0.state != "Z" } ?? false
        }
    }
}

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
