import Control
import Kernel
import Planning

/// Which processes came of which child, as the kernel tells at this moment.
///
/// What came of a child and is not its leader, the process that was started: a shell's programs, a
/// server's workers, whatever they started, also in sessions of their own. All of it descends from
/// this process. When one of them ends, its children become ours (we are the subreaper), and the
/// kernel tells of the ends of our own by SIGCHLD: so there is nothing left only after such a
/// signal, and it need not be looked again and again.
struct ProcessLineage {
    let children: [SupervisedChild]
    let service: String

    /// Whether a process is the child's, or one that came from it. The nearest leader above it
    /// tells; where its parents are gone, what it carries of them: its mark and variables, which a
    /// process of another child could have been given.
    func belongs(_ pid: Int32, to child: SupervisedChild) -> Bool {
        var next = pid
        for _ in 0..<Limits.deepestDescent where next > 1 {
            if let owner = children.first(where: { $0.process?.livingPid == next }) {
                return owner === child
            }
            guard let parent = Processes.facts(of: next)?.parent else { return false }
            if parent == ThisProcess.pid { return cameFrom(child, next) }
            next = parent
        }
        return false
    }

    /// Whether a process descends from one that the child had, whatever lies between them.
    func cameFrom(_ child: SupervisedChild, _ pid: Int32) -> Bool {
        if LineageMark.of(pid) == child.mark { return true }
        return Processes.variable(Inheritance.instance, of: pid) == child.plan.name
            && Processes.variable(Inheritance.service, of: pid) == service
    }

    /// The child of whose present process one came that was left to us, as far as an ended one
    /// tells.
    func child(thatLeft pid: Int32) -> SupervisedChild? {
        let mark = LineageMark.of(pid)
        let session = Processes.facts(of: pid)?.session
        return children.first {
            $0.process != nil && ($0.mark == mark || $0.process?.pid == session)
        }
    }

    /// Our children that we did not start, and that have not ended.
    func adopted() -> [Int32] {
        strangers().filter { Processes.facts(of: $0).map { !$0.hasEnded } ?? false }
    }

    /// Our children that we did not start; some may have ended and wait to be reaped.
    func strangers() -> [Int32] {
        let own = Set(children.compactMap { $0.process?.livingPid })
        return Processes.children(of: ThisProcess.pid).filter { !own.contains($0) }
    }

    /// What lives of a child and is not its leader.
    func rest(of child: SupervisedChild) -> [Int32] {
        var found = child.process?.livingPid.map { Descendants.all(of: $0) } ?? []
        // One whose parent ends meanwhile becomes ours, and may have been seen in neither place: so
        // it is looked until no new one is there.
        for _ in 0..<Limits.restLooks {
            let fresh = orphans(of: child).filter { !found.contains($0) }
            if fresh.isEmpty { break }
            for pid in fresh { found += [pid] + Descendants.all(of: pid) }
        }
        return found.filter { Processes.facts(of: $0).map { !$0.hasEnded } ?? false }
    }

    /// Those of the rest whose parents have ended.
    func orphans(of child: SupervisedChild) -> [Int32] {
        let leader = child.process?.pid
        return adopted().filter { pid in
            // The session tells where the mark was refused; it can't be left and come back to.
            cameFrom(child, pid) || (leader != nil && Processes.facts(of: pid)?.session == leader)
        }
    }
}
