import Basics

/// One process of a backend: its place in the scoreboard, and which start there it is.
struct BackendProcess: Equatable {
    let slot: BackendSlot
    let generation: UInt64
}

/// How a process ended, as far as a request that it had may be to blame.
enum Ending: Equatable {
    /// It is not known yet, or not known that it has ended.
    case unknown
    /// A signal ended it that is sent from outside: no request is to blame.
    case bySignalFromOutside
    /// It crashed or exited.
    case byItself
}
