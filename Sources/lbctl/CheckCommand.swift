import Basics
import Control
import Kernel
import Supervision

/// `lbctl check`: whether `up` could start everything, without starting anything.
enum CheckCommand {
    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl check [OPTIONS OF up]",
            examples: [
                ("lbctl check", "the Procfile here, its programs, ports and limits"),
                ("lbctl check -f app/Procfile --port 9090", "as 'up' would take them"),
            ], options: UpFlags.options)
        let flags = try UpFlags(verb)
        let preparation: Preparation
        do throws(Refusal) {
            preparation = try Preparation(flags)
        } catch {
            tell(error)
            return 1
        }
        let problems = problems(of: preparation)
        for notice in preparation.notices { Console.note("lbctl: " + notice) }
        for problem in problems { tell(problem) }
        if !problems.isEmpty { return 1 }
        let count = UInt64(preparation.topology.children.count)
        Console.say("all is well: \(Figures.count(count, "process")) could be started")
        for child in preparation.topology.children {
            let port = child.port == 0 ? "" : " on port \(child.port)"
            Console.say("  \(child.name)\(port): \(child.words.joined(separator: " "))")
        }
        return 0
    }

    private static func problems(of preparation: Preparation) -> [Refusal] {
        let flags = preparation.flags
        var problems = preparation.missingPrograms
        if problems.isEmpty { problems += ProgramCheck.problems(preparation.plan) }
        problems += preparation.sharedPorts
        if let pid = FileLock.holder(flags.folder.guardianLock) {
            Console.note(
                "lbctl: '\(flags.name)' is running (pid \(pid)), so its ports were not looked at")
        } else {
            problems += preparation.takenPorts
        }
        if let problem = limitProblem(preparation) { problems.append(problem) }
        do throws(Refusal) {
            try flags.folder.look()
        } catch {
            problems.append(error)
        }
        return problems
    }

    /// The supervisor holds some eight descriptors for each child.
    private static func limitProblem(_ preparation: Preparation) -> Refusal? {
        let needed = UInt64(64 + 8 * preparation.topology.children.count)
        ThisProcess.raiseDescriptorLimit(to: 65536)
        let limit = ThisProcess.descriptorLimit
        if limit >= needed { return nil }
        return Refusal(
            what: "so many processes can't be watched",
            why: "\(needed) open files are needed, and \(limit) are allowed",
            advice: "raise the hard limit ('ulimit -Hn'), or start fewer")
    }

    /// Each problem is one line, with what to do.
    private static func tell(_ problem: Refusal) {
        let advice = problem.advice.isEmpty ? "" : " (\(problem.advice))"
        Console.note("lbctl: \(problem.what): \(problem.why)\(advice)")
    }
}
