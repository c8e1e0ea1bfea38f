import Basics

/// How long and how much, where the supervisor decides it and no option does.
enum Limits {
    // The end of the service.

    /// How long children get to end when the guardian is dead, and nothing watches over us.
    static let orphanedTime = Nanoseconds.seconds(1)
    /// How often it is told what the end waits for.
    static let shutdownReminder = Nanoseconds.seconds(2)
    /// How long a balancer that is killed at once has to answer, reset and log what it has.
    static let lastMoment = Nanoseconds.milliseconds(200)
    /// How long a balancer has for that at the most after its own time is over.
    static let longestMoment = Nanoseconds.seconds(2)
    /// How long what other processes have left behind is looked for at the end.
    static let leftOvers = Nanoseconds.seconds(1)

    // The listening sockets.

    /// How long a client may be left waiting for a balancer that is about to be started.
    static let acceptancePatience = Nanoseconds.seconds(5)
    /// How soon it is tried again to make the sockets listen.
    static let acceptanceRetry = Nanoseconds.seconds(1)

    // Starting.

    /// How long a balancer that is not ours must run to be taken for ready.
    static let settling = Nanoseconds.milliseconds(500)
    /// Where a process listens instead is looked for after so long …
    static let firstStartWatch = Nanoseconds.seconds(3)
    /// … and told with what is missing after so long.
    static let slowStart = Nanoseconds.seconds(10)
}
