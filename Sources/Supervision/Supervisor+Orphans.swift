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
            let owner = process(thatLeft: pid)
            if let ending = Children.reap(pid: pid) { owner?.add(ending) }
            hasReapedOrphans = true
        }
    }

    /// The process that one which was left to us came of, as far as an ended one tells.
    private func process(thatLeft pid: Int32) -> ChildProcess? {
        let mark = LineageMark.of(pid)
        let session = Processes.facts(of: pid)?.session
        return children.first {
            $0.process != nil && ($0.mark == mark || $0.process?.pid == session)
        }?.process
    }

    /// Kills what a dead child left behind: processes that were adopted by us and came from it.
    func endEscapees(of child: SupervisedChild) {
        guard let leader = child.record.leftBy, child.process == nil else { return }
        child.record.leftNothing()
        var told: [Int32: String] = [:]
        var doomed: Set<Int32> = []
        // Killing one may give us its children, so until there is none.
        for _ in 0..<32 {
            let adopted = adopted()
            for pid in adopted where cameFrom(child, pid) {
                // What was in its group has been killed, and may only not have ended yet.
                if Processes.facts(of: pid)?.group != leader {
                    told[pid] = told[pid] ?? Processes.commandLine(of: pid)
                }
                doomed.formUnion([pid] + Descendants.all(of: pid))
            }
            if doomed.isDisjoint(with: adopted) { break }
            for pid in doomed { Signals.send(.kill, to: pid) }
            Poll.sleep(.microseconds(200))
            reapOrphans()
            doomed.formIntersection(self.adopted())
        }
        if !told.isEmpty { tellEscapees(of: child, told) }
    }

    /// Whoever comes back from a restart to two of its workers wants to know where the other went.
    private func tellEscapees(of child: SupervisedChild, _ told: [Int32: String]) {
        let some = told.keys.sorted().prefix(3).map { pid in
            "pid \(pid) (\(String((told[pid] ?? "").prefix(80))))"
        }
        let rest = told.count > some.count ? " and \(told.count - some.count) more" : ""
        log.say(
            "\(child.name) had left \(Figures.count(UInt64(told.count), "process")) behind: "
                + "\(some.joined(separator: ", "))\(rest); killed")
    }

    /// Whether a process descends from one that the child had, whatever lies between them.
    func cameFrom(_ child: SupervisedChild, _ pid: Int32) -> Bool {
        if LineageMark.of(pid) == child.mark { return true }
        return Processes.variable(Inheritance.instance, of: pid) == child.plan.name
            && Processes.variable(Inheritance.service, of: pid) == plan.name
    }

    /// Our children that we did not start, and that have not ended.
    func adopted() -> [Int32] {
        let own = Set(children.compactMap { $0.process?.livingPid })
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
