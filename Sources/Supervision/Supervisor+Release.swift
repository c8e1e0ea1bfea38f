import Control
import Planning

/// How far the job is that a Procfile calls `release`: it is run first, alone, to its end.
enum Release: Equatable {
    case none
    /// The others wait for it.
    case running
    case ended
    /// The others are not started.
    case failed(Refusal)

    /// What `up` ends with, unless something else goes wrong.
    var exitCode: Int32 {
        switch self {
        case .none, .running, .ended: 0
        case .failed: 1
        }
    }
}

extension Supervisor {
    /// Those that are started before the others.
    func beginRelease() -> [SupervisedChild] {
        release = .running
        return children.filter { $0.plan.isRelease }
    }

    /// Starts the others once it has ended well, and ends the service where it has not.
    func goOnAfterRelease() {
        guard release == .running, phase == .running else { return }
        let jobs = members.filter { $0.plan.isRelease }
        if let failed = jobs.first(where: { $0.lifecycle.isAtRest && !$0.life.hasFinished }) {
            let why = failed.record.ending.isEmpty ? "it was stopped" : failed.record.ending
            release = .failed(
                Refusal(
                    what: "the service is not started", why: "\(failed.name): \(why)",
                    advice: "mend what it does; \(advised("logs")) tells what it said"))
            leave(within: nil, why: "\(failed.name) did not end with 0")
            return
        }
        if !jobs.allSatisfy({ $0.life.hasFinished }) { return }
        release = .ended
        log.say("\(jobs[0].plan.type) is done; starting the others")
        for child in children where !child.plan.isRelease {
            advance(child) { $0.startRequested() }
        }
    }

    /// Some programs can run once in a folder alone. Where nobody has said how many copies there
    /// are to be, whoever sees one fail beside another that serves is told how to have one.
    func tellOfCopies(of child: SupervisedChild) {
        let flags = plan.recipe.flags
        let type = child.plan.type
        let copies = members.filter { $0.plan.type == type }
        guard !hasToldOfCopies, child.isBalanced, !child.plan.isEcho, copies.count > 1,
            flags.backends == nil, flags.formation.count(of: type) == nil,
            copies.contains(where: { $0.lifecycle.state == .ready })
        else { return }
        hasToldOfCopies = true
        log.say(
            "\(copies.count) copies of '\(type)' were started, since nothing says how many: if "
                + "only one can run here, '--backends 1' runs one")
    }
}
