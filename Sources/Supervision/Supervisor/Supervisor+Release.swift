import Basics
import Control
import Kernel
import Logs
import Planning

extension Supervisor {
    /// Starts every child; the balancer first, since it can wait for backends.
    func startAll() {
        log.tick()
        log.openRun(
            ServiceEvent(.started).with(.version, productVersion).with(.service, plan.name)
                .with(.supervisorPid, ThisProcess.pid))
        for notice in plan.notices { log.tell(.notice(notice)) }
        for child in firstChildren() { advance(child) { $0.startRequested() } }
    }

    /// Those that are started at first: where there is a release, it alone.
    private func firstChildren() -> [SupervisedChild] {
        let jobs = table.children.filter { $0.plan.isRelease }
        if jobs.isEmpty { return table.children }
        release.began()
        return jobs
    }

    /// Starts the others once it has ended well, and ends the service where it has not.
    func goOnAfterRelease() {
        guard release == .running, shutdown.isRunning else { return }
        let jobs = table.members.filter { $0.plan.isRelease }
        let facts = jobs.map { child in
            Release.Job(
                name: child.name, isAtRest: child.lifecycle.isAtRest,
                hasFinished: child.life.hasFinished, ending: child.record.ending)
        }
        switch release.look(facts, advice: plan.advised("logs")) {
        case .nothing: return
        case .leave(let why): leave(within: nil, why: why)
        case .startOthers:
            log.tell(ServiceEvent(.releaseDone))
            for child in table.children where !child.plan.isRelease {
                advance(child) { $0.startRequested() }
            }
        }
    }

    /// Some programs can run once in a folder alone. Where nothing says how many copies there
    /// are to be, and one fails beside another that serves, it is told how to have one.
    func tellOfCopies(of child: SupervisedChild) {
        let flags = plan.recipe.flags
        let type = child.plan.type
        let copies = table.members.filter { $0.plan.type == type }
        guard child.isBalanced, !child.plan.isEcho, copies.count > 1,
            flags.backends == nil, flags.formation.count(of: type) == nil,
            copies.contains(where: { $0.lifecycle.state == .ready })
        else { return }
        log.tellOnce(
            .copies,
            .notice(
                "\(copies.count) copies of '\(type)' were started, since nothing says how many: "
                    + "if only one can run here, '--backends 1' runs one"))
    }
}
