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

    // The commands of `--on-event`.

    /// How many events wait for one command; then the oldest are dropped.
    static let messagesWaiting = 100
    /// How long an event waits at least: the turns in which a process is started again come first,
    /// and what happens at once is told at once.
    static let messagePause = Nanoseconds.milliseconds(5)
    /// How long an event waits that is equal to one that was told: what goes on and off all the
    /// time is told so often.
    static let messageSpacing = Nanoseconds.seconds(10)
    /// How long a command may run, with all that it has started.
    static let messageTime = Nanoseconds.seconds(10)
    /// How often it is looked for what a command that has ended has started.
    static let messageLook = Nanoseconds.milliseconds(100)
    /// How many bytes of what a command writes go into the log.
    static let messageOutput = 64 << 10
    /// How often what it writes beyond that is read and dropped: a writer that never stops is not
    /// to keep the loop busy.
    static let messageDropping = Nanoseconds.milliseconds(10)
    /// How much of a command is shown where something is said of it, in characters.
    static let messageShown = 60
    /// How long the end of the service may wait for commands.
    static let lastMessages = Nanoseconds.seconds(30)

    // Starting.

    /// How long a balancer that is not ours must run to be taken for ready.
    static let settling = Nanoseconds.milliseconds(500)
    /// Where a process listens instead is looked for after so long …
    static let firstStartWatch = Nanoseconds.seconds(3)
    /// … and told with what is missing after so long.
    static let slowStart = Nanoseconds.seconds(10)

    // The control connections.

    /// The most connections at a time.
    static let connections = 256
    /// How many clients are let in at a turn of the loop; others wait too, and the poller tells of
    /// the rest again.
    static let clientsAccepted = 16
    /// How long none is let in where there is no descriptor for it.
    static let acceptPause = Nanoseconds.milliseconds(100)
    /// How long a client may take to say what it wants.
    static let clientPatience = Nanoseconds.seconds(5)
    /// The bytes of the longest request.
    static let request = 64 << 10
    /// How long requests are answered in one turn of the loop; those that come later have theirs in
    /// the next.
    static let answering = Nanoseconds.milliseconds(1)
    /// How long a balancer may take to hand over its lines; one that was stopped never does.
    static let gathering = Nanoseconds.milliseconds(200)
    /// The bytes of records that wait for a reader, before they are only counted.
    static let waitingRecords = 256 << 10
    /// How long the last words on all connections may take.
    static let lastWords = Nanoseconds.milliseconds(200)

    // What has been asked of children.

    /// How long a balancer may take to say that it goes by a roster.
    static let rosterPatience = Nanoseconds.seconds(1)
    /// How long an old balancer may take to end after its own deadline.
    static let drainGrace = Nanoseconds.seconds(2)
    /// How long a signal may take to have its effect before its `kill` is answered all the same.
    static let killPatience = Nanoseconds.seconds(1)
    /// A start that is so far away is not waited for.
    static let distantStart = Nanoseconds.seconds(10)

    // Processes that have ended.

    /// The longest that a restart at once waits for the balancers to notice the death.
    static let restartHold = Nanoseconds.milliseconds(2)
    /// The longest that the sentence waits for them …
    static let exitPatience = Nanoseconds.seconds(1)
    /// … and, once they have, for what became of the requests.
    static let accountPatience = Nanoseconds.milliseconds(100)
    /// How many bans are remembered, so that it is told when they are over.
    static let rememberedBans = 1_024
    /// Bans that are over of which each is told, at a time.
    static let bansNamed = 10
    /// Backends that are named where none can be chosen.
    static let backendsNamed = 8
    /// How many backends' processes are remembered by name.
    static let rememberedProcesses = 512
    /// What ends no later than that after its leader has ended with it.
    static let together = Nanoseconds.milliseconds(50)
    /// What ends sooner than that is not worth a word.
    static let briefWait = Nanoseconds.milliseconds(100)
    /// How long a process that was killed may take to end before that is worth one.
    static let killing = Nanoseconds.seconds(2)
}
