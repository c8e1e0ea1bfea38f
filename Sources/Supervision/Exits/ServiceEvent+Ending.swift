import Kernel
import Logs

extension ServiceEvent {
    /// With how a process ended: by a signal, or with an exit code.
    func with(_ cause: Ending.Cause) -> ServiceEvent {
        switch cause {
        case .exited(let code): with(.exitCode, code)
        case .killed(let signal, let dumpedCore):
            with(.signal, signal.name).with(.signalNumber, signal.rawValue)
                .with(.dumpedCore, dumpedCore)
        }
    }
}
