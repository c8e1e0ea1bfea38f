import Basics
import Control
import Kernel
import Logs
import Planning

extension Supervisor {
    func linkIsReady(_ child: SupervisedChild, _ process: ChildProcess) {
        guard let link = process.link else { return }
        link.flush()
        while let report = link.nextReport() { take(report, from: child.processNumber) }
        if link.isBroken {
            // Its pidfd tells the rest; an end of the link alone must not spin.
            poller.remove(link.reference)
        } else {
            watchLink(child, link)
        }
    }

    private func take(_ report: LinkReport, from balancer: ProcessNumber) {
        switch report {
        case .adopted: settleExits()
        case .verdict(let slot, let generation, let isUp, let reason):
            guard let child = table.backend(at: slot), child.generation == generation else {
                return
            }
            if !child.standing.judged(isUp: isUp) { return }
            access.availability.changed()
            log.tell(ServiceEvent(isUp ? .up : .down, child.subject).with(.reason, reason))
        case .failedOver(let account):
            let name = table.backend(at: account.slot)?.name
            perform(exits.accounted(account, by: balancer, name: name))
            settleExits()
        case .failedOverSince(let account):
            perform(exits.corrected(account, name: table.backend(at: account.slot)?.name))
        case .banned(let notice): log.tell(access.bans.banned(notice))
        case .bannedMore(let count): log.tell(ServiceEvent(.banned).with(.count, count))
        // The next look at the listening sockets goes by it.
        case .stoppedAccepting: return
        }
    }

    /// Takes in what a balancer that has ended had said before.
    func hearLastReports(of process: ChildProcess, _ balancer: ProcessNumber) {
        guard let link = process.link else { return }
        while let report = link.nextReport() { take(report, from: balancer) }
    }
}
