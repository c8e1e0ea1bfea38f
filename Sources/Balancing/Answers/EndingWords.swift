import Control
import Kernel

/// How a backend's process ended, in the words of the answers that say why.
extension BackendEnding {
    /// `killed by SIGKILL`, `exited with 1`, `was stopped`.
    var words: String { wasPlanned ? "was stopped" : kernelCause.words }

    /// What it did or what was done to it: `was killed by SIGKILL`, `exited with 1`.
    var predicate: String {
        switch cause {
        case .killed where !wasPlanned: "was \(words)"
        case .killed, .exited: words
        }
    }

    /// `SIGKILL`; nothing where it was no signal.
    var signalName: String? {
        switch cause {
        case .exited: nil
        case .killed(let signal, _): Signal(rawValue: signal).name
        }
    }

    private var kernelCause: Kernel.Ending.Cause {
        switch cause {
        case .exited(let code): .exited(code: code)
        case .killed(let signal, let dumpedCore):
            .killed(by: Signal(rawValue: signal), dumpedCore: dumpedCore)
        }
    }
}
