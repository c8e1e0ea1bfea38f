import Basics
import Control
import Kernel

/// The listening sockets while no balancer takes in who connects. They stay the supervisor's, with
/// their ports; but while nobody is coming, whoever connects is refused and does not wait in vain.
extension Supervisor {
    /// Whether clients can connect.
    enum Acceptance: Equatable {
        case listening
        /// Who connects is refused.
        case suspended
        /// The same against our will: the sockets could not be made to listen, and are tried again.
        case failing(until: Instant)
    }

    /// How long a client may be left waiting for a balancer that is about to be started.
    static let acceptancePatience = Nanoseconds.seconds(5)
    private static let retry = Nanoseconds.seconds(1)

    /// Suspends listening, or takes it up again, as there are balancers that accept or are coming.
    func settleAcceptance() {
        guard phase == .running, !suspendable.isEmpty else { return }
        let isWanted = balancers.contains(where: isComing)
        switch acceptance {
        case .listening where !isWanted: suspendListening()
        case .suspended where isWanted: listenAgain()
        case .failing(let until) where isWanted && until < now: listenAgain()
        case .failing where !isWanted: acceptance = .suspended
        case .listening, .suspended, .failing: return
        }
    }

    /// When `settleAcceptance` has something to do though nothing happens; nothing when never.
    var nextAcceptance: Instant? {
        switch acceptance {
        case .listening: return nil
        case .failing(let until): return until
        case .suspended:
            // Whoever backs off for long is awaited towards the end of that.
            let starts = balancers.compactMap { child -> Instant? in
                guard case .backoff(let until) = child.lifecycle else { return nil }
                return Instant(
                    nanoseconds: until.nanoseconds
                        - min(until.nanoseconds, Self.acceptancePatience.count))
            }
            return starts.filter { $0 > now }.min()
        }
    }

    /// Makes the sockets listen, before a balancer is started that is to accept from them.
    func listenAgain() {
        guard phase == .running, acceptance != .listening else { return }
        do throws(SystemError) {
            for listener in suspendable { try listener.resume() }
            acceptance = .listening
        } catch {
            if acceptance == .suspended {
                log.say("can't listen on \(ports) again: \(error.errno); trying on")
            }
            acceptance = .failing(until: now + Self.retry)
        }
    }

    private func suspendListening() {
        do throws(SystemError) {
            for listener in suspendable { try listener.suspend() }
            acceptance = .suspended
            // It comes by itself when that has been done.
            if release == .running { return }
            log.say(
                "no balancer runs: connections to \(ports) are refused until one does "
                    + "(\(advised("start balancer")))")
        } catch {
            // Then they wait, as they would for one that is about to come.
            log.say("connections to \(ports) wait for nobody: \(error)")
            acceptance = .failing(until: .never)
        }
    }

    /// The kernel lets a unix(7) socket that was shut down not listen again: there clients wait.
    private var suspendable: [ListeningSocket] { listeners.filter { $0.address.port != nil } }

    private var balancers: [SupervisedChild] { children.filter { $0.plan.role == .balancer } }

    /// Whether a balancer takes in who connects now, or is about to.
    private func isComing(_ child: SupervisedChild) -> Bool {
        switch child.lifecycle.state {
        case .ready, .paused, .starting: true
        // One that is to end takes in who waits first, and says when it has.
        case .draining where accepts(child), .stopping where accepts(child): true
        // Also when one that ends is to be started again.
        case .draining, .stopping, .backoff, .stopped, .failed, .done:
            child.lifecycle.returns <= now + Self.acceptancePatience
        }
    }

    private func accepts(_ child: SupervisedChild) -> Bool {
        child.process?.link?.accepts ?? false
    }

    private var ports: String {
        let ports = suspendable.compactMap(\.address.port)
        let first = "port \(ports.first ?? 0)"
        return ports.allSatisfy { $0 == ports.first } ? first : "the balancer's ports"
    }
}
