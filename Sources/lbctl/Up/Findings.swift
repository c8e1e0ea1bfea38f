import Control
import Kernel
import Planning
import Supervision

/// What stands in the way of a service, and what would be started, found without starting it.
struct Findings {
    private(set) var problems: [Refusal] = []
    private(set) var notices: [String] = []
    /// Empty where the Procfile can't be used.
    private(set) var processes: [ChildPlan] = []

    init(_ flags: UpFlags) {
        do throws(Refusal) {
            try look(at: try Preparation(flags))
        } catch {
            problems.append(error)
        }
    }

    private mutating func look(at preparation: Preparation) throws(Refusal) {
        let flags = preparation.flags
        processes = preparation.topology.children
        notices = preparation.notices + preparation.topology.doubts
        let history = HistoryPlace(path: preparation.plan.historyPath)
        if let obstacle = history.obstacle() {
            notices.append("\(obstacle.what): \(obstacle.why); \(obstacle.advice)")
        }
        problems = preparation.oversize + preparation.unfitPrograms
        if problems.isEmpty { problems = ProgramCheck.problems(preparation.plan) }
        problems += preparation.sharedPorts
        if let pid = FileLock.holder(flags.folder.guardianLock) {
            notices.append(
                "'\(flags.name)' is running (pid \(pid)), so its ports were not looked at")
        } else {
            problems += preparation.takenPorts
        }
        if let problem = limitProblem { problems.append(problem) }
        try flags.folder.look()
    }

    /// The supervisor holds some eight descriptors for each child.
    private var limitProblem: Refusal? {
        let needed = UInt64(64 + 8 * processes.count)
        ThisProcess.raiseDescriptorLimit(to: 65536)
        let limit = ThisProcess.descriptorLimit
        if limit >= needed { return nil }
        return Refusal(
            what: "so many processes can't be watched",
            why: "\(needed) open files are needed, and \(limit) are allowed",
            advice: "raise the hard limit ('ulimit -Hn'), or start fewer")
    }
}
