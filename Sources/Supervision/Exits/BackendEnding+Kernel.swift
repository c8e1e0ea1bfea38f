import Control
import Kernel

extension BackendEnding.Cause {
    /// As the balancers are told it.
    init(_ cause: Ending.Cause) {
        switch cause {
        case .exited(let code): self = .exited(code: code)
        case .killed(let signal, let dumpedCore):
            self = .killed(signal: signal.rawValue, dumpedCore: dumpedCore)
        }
    }
}
