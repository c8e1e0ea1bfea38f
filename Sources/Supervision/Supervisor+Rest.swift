import Basics
import Kernel

/// What came of a child and is not its leader, the process that was started: a shell's programs, a
/// server's workers, whatever they started, also in sessions of their own.
///
/// All of it descends from this process. When one of them ends, its children become ours (we are
/// the subreaper), and the kernel tells of the ends of our own by SIGCHLD: so there is nothing left
/// only after such a signal, and nobody has to look again and again.
extension Supervisor {
    /// The pids of those that live.
    func rest(of child: SupervisedChild) -> [Int32] {
        var found = child.process?.livingPid.map { Descendants.all(of: $0) } ?? []
        // One whose parent ends meanwhile becomes ours, and may have been seen in neither place: so
        // it is looked until nobody new is there.
        for _ in 0..<8 {
            let fresh = orphans(of: child).filter { !found.contains($0) }
            if fresh.isEmpty { break }
            for pid in fresh { found += [pid] + Descendants.all(of: pid) }
        }
        return found.filter { Processes.facts(of: $0).map { $0.state != "Z" } ?? false }
    }

    /// Those of the rest whose parents have ended.
    private func orphans(of child: SupervisedChild) -> [Int32] {
        let leader = child.process?.pid
        return adopted().filter { pid in
            // The session tells where the mark was refused; nobody can leave one and come back.
            cameFrom(child, pid) || (leader != nil && Processes.facts(of: pid)?.session == leader)
        }
    }

    /// Goes on with those children of which only the rest is left, after processes that had become
    /// ours have ended.
    func lookAtRests() {
        if !hasReapedOrphans { return }
        hasReapedOrphans = false
        for child in children {
            guard case .stoppingRest(_, let killAt, _) = child.lifecycle else { continue }
            goOn(withRestOf: child, isKilled: killAt == .never)
        }
    }

    private func goOn(withRestOf child: SupervisedChild, isKilled: Bool) {
        guard let process = child.process, let end = process.leaderEnd else { return }
        if rest(of: child).isEmpty {
            conclude(child, process, end)
        } else if isKilled {
            // What was started while the others were being killed.
            tell(killAll(of: child), of: child)
        } else {
            tellOrphans(of: child)
        }
    }

    /// Asks those to end whose parents have ended: nobody else will.
    func tellOrphans(of child: SupervisedChild) { ask(orphans(of: child), of: child) }

    /// Asks all to end that have not been asked yet.
    func tellAllOfRest(of child: SupervisedChild) { ask(rest(of: child), of: child) }

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

    /// Kills a child's leader and all the rest of it. Returns who was killed, as the log says it,
    /// those aside that have been killed before.
    func killAll(of child: SupervisedChild) -> [String] {
        guard let process = child.process else { return [] }
        var killed: [String] = []
        let living = process.livingPid.map { [$0] } ?? []
        for pid in living + rest(of: child) where process.isToBeKilled(pid, now: now) {
            killed.append("pid \(pid) (\(Processes.name(of: pid) ?? "?"))")
            Signals.send(.kill, to: pid)
        }
        // What they have started meanwhile. While the leader is not reaped its number can't be
        // another group's.
        if let leader = process.livingPid { Signals.send(.kill, toGroup: leader) }
        return killed
    }

    func tell(_ killed: [String], of child: SupervisedChild) {
        // How the leader ended says it all where nobody was given time.
        if killed.isEmpty || child.process?.hasNoTime == true { return }
        let title = child.title
        let some = killed.prefix(8).joined(separator: ", ")
        let more = killed.count > 8 ? " and \(killed.count - 8) more" : ""
        log.say("\(title) did not end in time; killed \(some)\(more)")
    }
}
