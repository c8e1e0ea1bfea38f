import Basics
import Kernel
import Logs

/// How a child's leader ended, and how long after it was forked.
struct LeaderEnd {
    let ending: Ending
    let ran: Nanoseconds

    /// How it ended, how long it ran, and what it and the rest have used.
    func told(in event: ServiceEvent, rest: Usage) -> ServiceEvent {
        var usage = rest
        usage.add(ending)
        return event.with(ending.cause).with(.ran, ran).with(.cpu, usage.cpu)
            .with(.peak, usage.peakKibibytes.multipliedClamped(by: 1_024))
    }

    /// What is told of the rest, all of which had ended so long after the fork; nothing where that
    /// was together with the leader. `killed` are the pids that were killed when the time was over.
    func restTold(
        in event: ServiceEvent, after all: Nanoseconds, killed: Set<Int32>
    ) -> ServiceEvent {
        // Where the leader was killed too, how it ended says it.
        let wasKilled = !killed.isEmpty && !killed.contains(ending.pid)
        let isLater = all.count > ran.count && all.count - ran.count > Limits.together.count
        if !isLater && !wasKilled { return event }
        return event.with(.rest, all).with(.restKilled, wasKilled)
    }
}
