import Basics
import Control

/// What `--latency` and `--error-rate` of `up` mean for the children.
struct FaultFlags {
    let said: [TargetSetting]

    /// How a child behaves by them: what is said last counts.
    func faults(of plan: ChildPlan) -> EchoFaults {
        var faults = EchoFaults()
        if !plan.runsEcho { return faults }
        for flag in said where flag.means(plan) { faults.take(flag.setting) }
        return faults
    }

    /// Fails where one is meant for a child that can't behave so, or for none that could. One that
    /// means no child may mean one that comes with `scale`: that is only noticed.
    func check(against children: [ChildPlan]) throws(Refusal) -> [String] {
        var notices: [String] = []
        for flag in said {
            let meant = children.filter { flag.means($0) }
            // Without a target, or for all, those are meant that can be.
            let held = flag.target == "all" ? meant.filter(\.runsEcho) : meant
            if let why = held.lazy.compactMap({ flag.setting.obstacle(for: $0) }).first {
                throw Refusal(
                    what: "\(flag.words) can't be", why: why.words, advice: why.advice)
            }
            if !held.isEmpty { continue }
            if flag.target == "all" {
                throw Refusal(
                    what: "\(flag.words) can't be", why: "no process is lb-echo",
                    advice: "only lb-echo can be told to be slow or to fail")
            }
            notices.append(
                "\(flag.words) is for no backend that is there; it counts for one that comes")
        }
        return notices
    }
}

extension Setting {
    /// Why a child can't be given it, and what to do instead; nil where it can. What asks a running
    /// child goes by it as well.
    public func obstacle(for plan: ChildPlan) -> (words: String, advice: String)? {
        switch self {
        case .weight: return nil
        case .latency, .errorRate: return faultObstacle(for: plan)
        case .algorithm(let algorithm):
            do throws(UsageError) {
                try plan.options?.refuse(algorithm)
                return nil
            } catch {
                return (error.message, error.hint)
            }
        }
    }

    private func faultObstacle(for plan: ChildPlan) -> (words: String, advice: String)? {
        if !plan.runsEcho {
            let program = plan.words.first?.lastComponent.text ?? ""
            return (
                "\(plan.name) is no lb-echo but \(program), which can't be told to",
                "'pause' makes any process hang, 'kill' ends it; lb-echo alone is slow or fails"
            )
        }
        if case .errorRate(let share) = self, plan.speaksTCP, share != .zero {
            return (
                "\(plan.name) sends bytes back (--mode tcp), and has no answer that could say 500",
                "'slow' makes it slow, 'pause' makes it hang, 'kill' ends it"
            )
        }
        return nil
    }
}

extension TargetSetting {
    fileprivate func means(_ plan: ChildPlan) -> Bool {
        means(name: plan.name, type: plan.type, port: plan.port)
    }

    /// As it was typed.
    fileprivate var words: String {
        switch setting {
        case .latency(let span): "--latency \(target)=\(Quantity.spelled(span))"
        case .errorRate(let share): "--error-rate \(target)=\(share)"
        case .weight(let weight): "--weight \(target)=\(weight)"
        case .algorithm(let algorithm): "--algorithm \(algorithm.rawValue)"
        }
    }
}
