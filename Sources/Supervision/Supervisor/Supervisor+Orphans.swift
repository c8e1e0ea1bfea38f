import Basics
import Control
import Kernel
import Logs

extension Supervisor {
    /// Reaps processes that were left to us by a child that is gone. `last` is one whose process
    /// has ended just now, and what it had left is to be told with it.
    func reapOrphans(of last: (child: SupervisedChild, process: ChildProcess)? = nil) {
        // One of our own is reaped when its pidfd is read, and this is called again then; until
        // that is done it hides the others.
        while let pid = Children.endedUnreaped() {
            if table.child(pid: pid) != nil { return }
            if log.messages.processEnded(pid: pid, log, poller, now: now) { continue }
            let isOfLast = last.map { lineage.cameFrom($0.child, pid) } ?? false
            let owner = isOfLast ? last?.process : lineage.child(thatLeft: pid)?.process
            if let ending = Children.reap(pid: pid) { owner?.add(ending) }
            adoptedExits.ended()
        }
    }

    /// Kills what a dead child left behind: processes that were adopted by us and came from it.
    func endEscapees(of child: SupervisedChild) {
        guard let leader = child.record.leftBy, child.process == nil else { return }
        child.record.leftNothing()
        var told: [Int32: String] = [:]
        var doomed: Set<Int32> = []
        // Killing one may give us its children, so until there is none.
        for _ in 0..<Limits.killRounds {
            let adopted = lineage.adopted()
            for pid in adopted where lineage.cameFrom(child, pid) {
                // What was in its group has been killed, and may only not have ended yet.
                if Processes.facts(of: pid)?.group != leader {
                    told[pid] = told[pid] ?? Processes.commandLine(of: pid)
                }
                doomed.formUnion([pid] + Descendants.all(of: pid))
            }
            if doomed.isDisjoint(with: adopted) { break }
            for pid in doomed { Signals.send(.kill, to: pid) }
            Poll.sleep(Limits.killPause)
            reapOrphans()
            doomed.formIntersection(lineage.adopted())
        }
        if !told.isEmpty { tellEscapees(of: child, told) }
    }

    /// Where a restart leaves fewer workers than there were, the log says where the others went.
    private func tellEscapees(of child: SupervisedChild, _ told: [Int32: String]) {
        let some = told.keys.sorted().prefix(Limits.leftNamed).map { pid in
            "pid \(pid) (\(String((told[pid] ?? "").prefix(Limits.commandLineShown))))"
        }
        log.tell(
            ServiceEvent(.leftBehind, child.subject).with(.processes, some)
                .with(.count, told.count))
    }
}
