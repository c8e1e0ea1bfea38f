import Basics
import Control
import Kernel
import Logs

/// What children are given while they run.
extension Supervisor {
    func set(_ setting: Setting, of child: SupervisedChild) {
        switch setting {
        case .weight(let weight): weigh(child, weight)
        case .latency, .errorRate: fault(child, setting)
        case .algorithm(let algorithm): choose(by: algorithm)
        }
    }

    /// An order names each balancer, and all of them choose alike.
    private func choose(by algorithm: BalancerOptions.Algorithm) {
        let earlier = publisher.algorithm
        if algorithm == earlier { return }
        publisher.chooses(by: algorithm)
        publishRoster()
        tell("algorithm \(algorithm.rawValue) (was \(earlier.rawValue))", .algorithm)
    }

    private func fault(_ child: SupervisedChild, _ setting: Setting) {
        var faults = child.standing.faults
        faults.take(setting)
        behave(child, as: faults)
        tell("\(child.name) \(setting.words)", setting.kind == .latency ? .slow : .fail)
    }

    private func tell(_ change: String, _ verb: ServiceVerb) {
        log.tell(
            ServiceEvent(.configChanged).with(.by, verb.word).with(.changes, [change])
                .with(.count, 1))
    }

    /// From now on an lb-echo behaves so, this process and those after it.
    func behave(_ child: SupervisedChild, as faults: EchoFaults) {
        child.standing.faulted(faults)
        child.process?.echo?.tell(faults)
    }

    /// An lb-echo has said that it goes by what it was told.
    func echoIsReady(_ process: ChildProcess) {
        guard let echo = process.echo else { return }
        echo.hear()
        // Its pidfd tells the rest; an end of the socket alone must not spin.
        if echo.isBroken { poller.remove(echo.reference) }
    }
}
