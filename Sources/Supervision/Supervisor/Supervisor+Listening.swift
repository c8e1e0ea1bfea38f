import Basics
import Control
import Kernel
import Logs

/// What is done with the listening sockets while no balancer takes in clients.
extension Supervisor {
    /// Suspends listening, or takes it up again, as there are balancers that accept or are coming.
    func settleAcceptance() {
        guard shutdown.isRunning, sockets.canBeSuspended else { return }
        switch access.acceptance.look(acceptingBalancers, now: now) {
        case .nothing: return
        case .listen: listenAgain()
        case .suspend: suspendListening()
        }
    }

    /// What is so of the balancers, for whether clients can connect.
    var acceptingBalancers: some Sequence<Acceptance.Balancer> {
        table.children.lazy.filter { $0.plan.role == .balancer }.map { child in
            Acceptance.Balancer(
                state: child.lifecycle.state, accepts: child.process?.link?.accepts ?? false,
                returns: child.lifecycle.returns)
        }
    }

    /// Makes the sockets listen, before a balancer is started that is to accept from them.
    func listenAgain() {
        guard shutdown.isRunning, access.acceptance.state != .listening else { return }
        do throws(SystemError) {
            try sockets.resume()
            access.acceptance.listened()
        } catch {
            if access.acceptance.couldNotListen(now: now) {
                log.tell(
                    ServiceEvent(.listenFailed).with(.addresses, sockets.words)
                        .with(.reason, "\(error.errno)"))
            }
        }
    }

    private func suspendListening() {
        do throws(SystemError) {
            try sockets.suspend()
            access.acceptance.suspended()
            // It comes by itself when that has been done.
            if release == .running { return }
            log.tell(
                ServiceEvent(.refusing).with(.addresses, sockets.words)
                    .with(.advice, plan.advised("start balancer")))
        } catch {
            // Then they wait, as they would for one that is about to come.
            log.tell(
                .notice(
                    "connections to \(sockets.words) can't be refused and wait until a balancer "
                        + "runs: \(error)"))
            access.acceptance.couldNotSuspend()
        }
    }
}
