import Basics
import Kernel
import Logs

/// How what came of a child, besides its leader, is asked to end and is killed.
extension Supervisor {
    /// Goes on with those children of which only the rest is left, after processes that had become
    /// ours have ended.
    func lookAtRests() {
        if !adoptedExits.haveEnded() { return }
        for child in table.children {
            guard case .stoppingRest(_, let killAt, _) = child.lifecycle else { continue }
            goOn(withRestOf: child, isKilled: killAt == .never)
        }
    }

    private func goOn(withRestOf child: SupervisedChild, isKilled: Bool) {
        guard let process = child.process, let end = process.leaderEnd else { return }
        if lineage.rest(of: child).isEmpty {
            conclude(child, process, end)
        } else if isKilled {
            // What was started while the others were being killed.
            tell(killAll(of: child), of: child)
        } else {
            tellOrphans(of: child)
        }
    }

    /// Asks those to end whose parents have ended: nothing else will.
    func tellOrphans(of child: SupervisedChild) { ask(lineage.orphans(of: child), of: child) }

    /// Asks all to end that have not been asked yet.
    func tellAllOfRest(of child: SupervisedChild) { ask(lineage.rest(of: child), of: child) }

    private func ask(_ pids: [Int32], of child: SupervisedChild) {
        guard let process = child.process else { return }
        let signal = stopSignal(of: child)
        for pid in pids where process.isToBeAsked(pid) {
            Signals.send(signal, to: pid)
            // A stopped process hears of it only when it goes on.
            Signals.send(.proceed, to: pid)
        }
    }

    /// What a child's processes are asked to end with.
    private func stopSignal(of child: SupervisedChild) -> Signal {
        if child.lifecycle.isEndPlanned { return child.plan.stopSignal }
        return exits.signal(to: child.number)?.signal ?? child.plan.stopSignal
    }

    /// Kills a child's leader and all the rest of it. Returns the killed ones, as the log says it,
    /// those aside that have been killed before.
    func killAll(of child: SupervisedChild) -> [String] {
        guard let process = child.process else { return [] }
        var killed: [String] = []
        let living = process.livingPid.map { [$0] } ?? []
        for pid in living + lineage.rest(of: child) where process.isToBeKilled(pid, now: now) {
            killed.append("pid \(pid) (\(Processes.name(of: pid) ?? "?"))")
            Signals.send(.kill, to: pid)
        }
        // What they have started meanwhile. While the leader is not reaped its number can't be
        // another group's.
        if let leader = process.livingPid { Signals.send(.kill, toGroup: leader) }
        return killed
    }

    func tell(_ killed: [String], of child: SupervisedChild) {
        // How the leader ended says it all where none was given time.
        if killed.isEmpty || child.process?.hasNoTime == true { return }
        log.tell(
            ServiceEvent(.stopTimeout, child.subject)
                .with(.processes, Array(killed.prefix(Limits.killedNamed)))
                .with(.count, killed.count))
    }
}
