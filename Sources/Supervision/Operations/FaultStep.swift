import Basics
import Control

/// How far an lb-echo has got with what it was told last.
enum FaultState: Equatable {
    /// There is no process that could be told.
    case unheard
    /// It has not said yet that it goes by it.
    case told
    /// Each request that begins goes by it.
    case taken
}

extension RunningStep {
    /// Of what makes an lb-echo slow, or has it fail.
    func faulted(_ facts: ServiceFacts) -> StepOutcome {
        guard let setting = step.setting else { return .failed("was given nothing") }
        let words =
            setting.words + (before.settings.faults.previous(setting).map { " (was \($0))" } ?? "")
        if isRenewed || !present.lifecycle.hasProcess {
            return .done("\(words) from its next start on")
        }
        switch present.settings.faultState {
        case .unheard: return .failed("is no lb-echo that was built with this lbctl")
        case .taken: return .done("\(words); in force after \(span(facts))")
        case .told:
            if present.state == .paused { return .done("\(words) when it goes on") }
            if facts.now < begunAt + Limits.rosterPatience { return .underWay }
            return .failed("has not taken it after \(span(facts))")
        }
    }
}

extension Setting {
    /// What a child does that has it.
    var words: String {
        switch self {
        case .weight(let weight): "weight \(weight)"
        case .latency(let span): "answers \(Self.latency(span))"
        case .errorRate(let share): "fails \(Self.errorRate(share))"
        case .algorithm(let algorithm): algorithm.rawValue
        }
    }

    fileprivate static func latency(_ span: Nanoseconds) -> String {
        span == Nanoseconds(0) ? "at once" : "\(Figures.text(span)) later"
    }

    fileprivate static func errorRate(_ share: Share) -> String {
        share == .zero ? "none of its requests" : "\(share) of its requests"
    }
}

extension EchoFaults {
    /// Whether a setting changes nothing.
    func has(_ setting: Setting) -> Bool {
        var changed = self
        changed.take(setting)
        return changed == self
    }

    /// What was before a setting, in words; nil where nothing was set.
    fileprivate func previous(_ setting: Setting) -> String? {
        switch setting {
        case .latency: latency.map { Setting.latency($0) }
        case .errorRate: errorRate.map { Setting.errorRate($0) }
        case .weight, .algorithm: nil
        }
    }
}
