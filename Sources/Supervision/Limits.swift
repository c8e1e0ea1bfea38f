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

    // Processes.

    /// How many parents above a process are looked at for whose it is.
    static let deepestDescent = 256
    /// How often it is looked again for what a child has left, while new ones are found.
    static let restLooks = 8
    /// How often what a dead child left behind is killed, while there is some …
    static let killRounds = 32
    /// … and how long it may take to end each time.
    static let killPause = Nanoseconds.microseconds(200)
    /// How long a process of an earlier run may take to be dead once it is dying.
    static let dyingTime = Nanoseconds.seconds(2)

    // Sentences.

    /// How many of those are named that the end waits for …
    static let awaitedNamed = 5
    /// … of those that were killed when the time was over …
    static let killedNamed = 8
    /// … and of those that were left behind, …
    static let leftNamed = 3
    /// … with so much of the command line.
    static let commandLineShown = 80

    // The listening sockets.

    /// How long a client may be left waiting for a balancer that is about to be started.
    static let acceptancePatience = Nanoseconds.seconds(5)
    /// How soon it is tried again to make the sockets listen.
    static let acceptanceRetry = Nanoseconds.seconds(1)

    // The log.

    /// How soon a disk that failed is tried again though nothing is said.
    static let historyRetry = Nanoseconds.seconds(5)

    // Starting.

    /// How long a balancer that is not ours must run to be taken for ready.
    static let settling = Nanoseconds.milliseconds(500)
    /// Where a process listens instead is looked for after so long …
    static let firstStartWatch = Nanoseconds.seconds(3)
    /// … and told with what is missing after so long.
    static let slowStart = Nanoseconds.seconds(10)
}
