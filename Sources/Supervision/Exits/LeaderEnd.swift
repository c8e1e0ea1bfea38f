import Basics
import Kernel

/// How a child's leader ended, and how long after it was forked.
struct LeaderEnd {
    let ending: Ending
    let ran: Nanoseconds

    /// `killed by SIGTERM after 499 ms (cpu 12 ms, peak 8.1 MiB)`, of all that is known.
    func sentence(_ words: String, rest: Usage) -> String {
        var usage = rest
        usage.add(ending)
        return "\(words) after \(Figures.text(ran)) (cpu \(Figures.text(usage.cpu)), "
            + "peak \(Figures.size(kibibytes: usage.peakKibibytes)))"
    }

    /// What is said of the rest, all of which had ended so long after the fork; empty where that
    /// was together with the leader. `killed` are the pids that were killed when the time was over.
    func restSentence(after all: Nanoseconds, killed: Set<Int32>) -> String {
        // Where the leader was killed too, how it ended says it.
        let wasKilled = !killed.isEmpty && !killed.contains(ending.pid)
        let isLater = all.count > ran.count && all.count - ran.count > Limits.together.count
        if !isLater && !wasKilled { return "" }
        return "; the rest of it \(wasKilled ? "was killed " : "")after \(Figures.text(all))"
    }
}
