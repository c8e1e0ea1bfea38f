import Basics
import Control
import Kernel

/// One process of a backend: its place in the scoreboard, and which start there it is.
struct BackendProcess: Equatable {
    let slot: BackendSlot
    let generation: UInt64
}

/// How a process ended, as far as a request that it had may be to blame.
enum Ending: Equatable {
    /// It is not known yet, or not known that it has ended.
    case unknown
    /// It was asked to end, or a signal ended it that is sent from outside: no request is to blame.
    case fromOutside
    /// It crashed or exited.
    case byItself

    /// By what the supervisor has told; `nil` where it has told nothing.
    init(_ told: BackendEnding?) {
        guard let told else {
            self = .unknown
            return
        }
        switch told.cause {
        case .killed(let signal, _) where Self.outside.contains(Signal(rawValue: signal)):
            self = .fromOutside
        // Many programs catch SIGTERM and exit.
        case .exited, .killed: self = told.wasPlanned ? .fromOutside : .byItself
        }
    }

    /// The signals by which a process is ended that has done nothing wrong.
    private static let outside: Set<Signal> = [.kill, .terminate, .interrupt, .hangUp, .quit]
}
