import Control

/// How far the job is that a Procfile calls `release`: it is run first, alone, to its end.
enum Release: Equatable {
    case none
    /// The others wait for it.
    case running
    case ended
    /// The others are not started.
    case failed(Refusal)

    /// What is so of one of its processes.
    struct Job {
        let name: String
        let isAtRest: Bool
        /// Whether it has ended by itself, with 0.
        let hasFinished: Bool
        /// How it ended; empty where it never ran.
        let ending: String
    }

    /// What is to be done.
    enum Action: Equatable {
        case nothing
        case startOthers
        /// The service ends, for this reason.
        case leave(why: String)
    }

    /// It is started, before all others.
    mutating func began() { self = .running }

    /// Looks at its processes while the service is to run. `advice` is the line that shows the log.
    mutating func look(_ jobs: [Job], advice: String) -> Action {
        guard self == .running else { return .nothing }
        if let failed = jobs.first(where: { $0.isAtRest && !$0.hasFinished }) {
            let why = failed.ending.isEmpty ? "it was stopped" : failed.ending
            self = .failed(
                Refusal(
                    what: "the service is not started", why: "\(failed.name): \(why)",
                    advice: "mend what it does; \(advice) tells what it said"))
            return .leave(why: "\(failed.name) did not end with 0")
        }
        if !jobs.allSatisfy({ $0.hasFinished }) { return .nothing }
        self = .ended
        return .startOthers
    }

    /// What `up` ends with, unless something else goes wrong.
    var exitCode: Int32 {
        switch self {
        case .none, .running, .ended: 0
        case .failed: 1
        }
    }
}
