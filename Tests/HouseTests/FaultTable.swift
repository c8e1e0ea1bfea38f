/// What can go wrong for a supervisor, and where it is tried: no case need be taken on trust.
///
/// `FaultTableTests` looks whether each test that is named here is there.
enum FaultTable {
    struct Row: Sendable {
        let fault: String
        let suite: String
        let test: String

        init(_ fault: String, _ suite: String, _ test: String) {
            self.fault = fault
            self.suite = suite
            self.test = test
        }
    }

    /// What no test can bring about everywhere, and what stands for it.
    static let untried: [(fault: String, why: String)] = [
        (
            "a process in uninterruptible sleep (D)",
            """
            Only a dead disk or a frozen control group makes one, and both are root's. With a \
            frozen backend, by hand: `down` says every two seconds which one the kernel keeps, a \
            second Ctrl-C ends lbctl all the same, and the process is gone once it thaws.
            """
        ),
        (
            "the clock is set while it runs",
            """
            Setting it is root's, and would hit all other tests. Deadlines are `Instant`s, \
            which come from the monotonic clock alone, and no `WallTime` can be compared with \
            one: the compiler holds that. That times in the log never go back is tested with \
            `StampClock`.
            """
        ),
    ]

    static let rows: [Row] = [
        Row(
            "a program that is missing, closed, of no known format, or without its shell",
            "ProgramFaultTests",
            "why a program can't be executed is told by name, and it is tried once"),
        Row(
            "a script without a first line for the kernel", "ProgramFaultTests",
            "a script that names no interpreter is run by a shell"),
        Row(
            "exit 0 at once", "ProgramFaultTests",
            "one that ends at once without a fault: a backend crashes, a worker is done"),
        Row(
            "exit 1 at once, again and again", "CrashLoopTests",
            "one that crashes too often is left alone, and the others go on"),
        Row(
            "killed by SIGSEGV; last words without a line end", "LogTests",
            "the last words of one that dies stand before the sentence of its death"),
        Row(
            "a command of --on-event that hangs, leaves processes, fails, writes without end",
            "OnEventTests",
            "a command that hangs, forks, fails, floods or is not there hinders nothing"),
        Row(
            "killed by SIGKILL", "KillTests",
            "a backend killed from outside is noticed, told of and started again"),
        Row(
            "killed while clients still read what had come of its answers", "AccountStormTests",
            "of slow readers each one that is cut is told of"),
        Row(
            "killed five times and more", "CrashLoopTests",
            "kills by lbctl are not counted as crashes"),
        Row(
            "SIGTERM is ignored", "OddMomentTests",
            "one that ignores SIGTERM is named while all wait, and killed in the end"),
        Row(
            "a program behind a shell that is ended", "StoppingTests",
            "what stands behind a shell is told, and has its time"),
        Row(
            "what a leader leaves behind ignores SIGTERM", "StoppingTests",
            "the rest that is deaf is killed in the time that was its leader's"),
        Row(
            "a client of the control socket that asks without end", "ControlSocketTests",
            "a client that asks without end and takes no answer delays no other"),
        Row(
            "a program that speaks for another one", "ReadinessTests",
            "one that has ended speaks for no other"),
        Row(
            "a balancer that dies at once", "RefusalTests",
            "a balancer that dies at once is told at once, and of what"),
        Row(
            "stray signals to the guards", "OddMomentTests",
            "signals that mean nothing to the guards end neither, and reach children as ever"),
        Row(
            "Ctrl-C twice", "TerminalSessionTests",
            "Ctrl-C twice ends at once what is deaf to the first"),
        Row(
            "Ctrl-C twice, from a program", "LeavingTests",
            "a second Ctrl-C ends it at once with 130"),
        Row(
            "stopped by SIGSTOP when all is to end", "OddMomentTests",
            "what was stopped by SIGSTOP is no obstacle to the end"),
        Row(
            "descendants in a session of their own, the supervisor killed", "CleanUpTests",
            "the supervisor killed leaves nothing, not even what had left its session"),
        Row(
            "descendants in a session of their own, the guardian killed", "CleanUpTests",
            "the guardian killed leaves nothing, not even what had left its session"),
        Row(
            "descendants in a session of their own, their backend killed", "CleanUpTests",
            "what a killed backend left behind is gone before it is back"),
        Row(
            "descendants without variables", "CleanUpTests",
            "what has also dropped its variables is gone with the service"),
        Row(
            "both guards killed at once: stale socket and locks", "CleanUpTests",
            "both killed at once leave no child running"),
        Row(
            "both guards killed at once: descendants that had left", "CleanUpTests",
            "what outlived both is ended by the next start or stop of the service"),
        Row(
            "a program that daemonises", "ProgramFaultTests",
            "one that daemonises has ended, and what it became is ended and named"),
        Row(
            "closed output", "ProgramFaultTests",
            "one that closes its output is no less supervised, and costs nothing"),
        Row(
            "a descendant holds the output after the end", "ProgramFaultTests",
            "one whose descendants hold its output has ended when it has"),
        Row(
            "a line of ten megabytes", "LineSplitterTests",
            "a line of ten megabytes is cut at 64 KiB and needs no more memory than that"),
        Row(
            "any bytes, cut anywhere", "LineSplitterTests",
            "random bytes come out the same however they are cut, and none is lost"),
        Row(
            "bytes that command a terminal", "LogTests",
            "a child can neither forge a line nor reach the terminal"),
        Row(
            "a prompt without a line end", "LineSplitterTests",
            "a prompt is shown after a silence and its answer continues it"),
        Row(
            "a child faster than its reader: the terminal", "LogTests",
            "a terminal that does not read delays no child"),
        Row(
            "a child faster than its reader: a follower", "LogTests",
            "a follower that does not read delays no child, and misses nothing untold"),
        Row(
            "three writers at once", "StormTests",
            "lines of three that write at once are whole, and in the order of each"),
        Row(
            "a port in use at the start", "RefusalTests",
            "a port that is taken is named with its process, and nothing is started"),
        Row(
            "a port in use later", "ProgramFaultTests",
            "a port that is taken while its backend is away is told, and is no crash"),
        Row(
            "a second up", "UpTests",
            "a second one of the same name is refused and names the first, which lives on"),
        Row(
            "three ups at the same moment", "UpTests",
            "of several at the same time one comes up, and the others name it"),
        Row(
            "kill -9 of the balancer", "KillTests",
            "a killed balancer refuses no client and fails only what it held"),
        Row(
            "killed at any moment of the start", "OddMomentTests",
            "lbctl killed at any moment of its start leaves nothing"),
        Row(
            "the terminal hangs up", "TerminalSessionTests",
            "closing the window ends it gracefully"),
        Row(
            "no reader takes what it shows", "LeavingTests",
            "when its lines can't be seen any more it ends"),
        Row(
            "a full disk", "HistoryWriterTests",
            "a full disk is said once, stops nothing, and is forgotten when it is over"),
        Row(
            "a log file removed or renamed", "HistoryWriterTests",
            "a file that was removed is begun anew"),
        Row(
            "a log folder that can't be written", "HistoryWriterTests",
            "a folder that can't be made is reported"),
        Row(
            "no descriptors left", "ShortageTests",
            "without descriptors the rest runs, and it goes on when there are some"),
        Row(
            "no descriptors left for clients", "ControlSocketTests",
            "where descriptors are short a request is heard all the same"),
        Row(
            "no processes left", "ShortageTests",
            "where no process can be had it is said, and all that there is ends with it"),
        Row(
            "time passes while nothing runs, as in a suspend", "StormTests",
            "what happens while the supervisor sleeps is made good when it wakes"),
        Row(
            "two hundred backends; fifty killed in one instant, their SIGCHLDs one", "StormTests",
            "of two hundred backends fifty die in one instant, and all are back"),
        Row(
            "a storm of signals", "StormTests",
            "ten thousand signals and a thousand orphans keep it from nothing"),
        Row(
            "control clients that say nothing, or half a request", "ControlSocketTests",
            "more silent clients than there is room for keep no other out"),
        Row(
            "a control client that sends without end", "ControlSocketTests",
            "a request that never ends is cut off, and its bytes are not kept"),
        Row(
            "control clients that leave", "ControlSocketTests",
            "clients that leave amid a request are forgotten"),
        Row(
            "control clients of other users", "ControlSocketTests",
            "other users are not heard, even where the folder is open to them"),
        Row(
            "kills of one backend at the same moment", "StormTests",
            "several kills of one backend at the same moment are all answered"),
        Row(
            "kill, pause, resume during backoff", "OddMomentTests",
            "what backs off can't be killed or paused, and it is said when it comes back"),
        Row(
            "start, restart during backoff", "OddMomentTests",
            "what backs off is started at once when it is asked for"),
        Row(
            "stop, down during backoff", "OddMomentTests",
            "what backs off is stopped by a word, and keeps none from leaving"),
        Row(
            "down during the start", "OddMomentTests",
            "down while all of it still starts ends all of it"),
        Row(
            "scaled down while draining", "OddMomentTests",
            "scaled down while one of those that go is being drained, it goes when it may"),
        Row(
            "the guardian killed, and `up` again before the supervisor has ended", "CleanUpTests",
            "the next up waits for a supervisor that has lost its guardian"),
        Row(
            "the terminal's end under nohup", "CleanUpTests",
            "with nohup the end of the terminal is no end"),
        Row(
            "a pipe in the place of the Procfile or of .env", "ReloadTests",
            "a pipe in the place of a file is refused and holds up no verb"),
        Row(
            "limits of descriptors and of files' sizes that allow nothing", "ShortageTests",
            "where the limits allow nothing, that is what is said"),
        Row(
            "the working folder is gone", "ProgramFaultTests",
            "a working folder that is gone is told as such"),
        Row(
            "the port is given to another process between a death and the restart", "KillTests",
            "while a backend is down no process is given its port, until it is stopped"),
        Row(
            "the balancer is stopped while orders are given", "OddMomentTests",
            "no verb waits for a balancer that is paused"),
        Row(
            "a balancer is killed before it has written its access lines", "KilledBalancerLogTests",
            "each request that was answered has its line, however often the balancer is killed"),
        Row(
            "a balancer is killed while it adds or writes an access line", "KilledLineWriterTests",
            "writers that are killed at any instant lose no line and leave none twice"),
        Row(
            "no balancer runs, and none is coming", "NoBalancerTests",
            "while it is stopped a client is refused, and after a start is served"),
        Row(
            "clients wait for a balancer that is killed for good", "NoBalancerTests",
            "a client that waits for one killed for good is reset, and does not hang"),
        Row(
            "the supervisor is stopped while a verb waits", "ControlSocketTests",
            "a verb that waits for a supervisor that is stopped is told so"),
        Row(
            "standard output on a full disk", "LogsCommandTests",
            "a service whose lines can't be shown goes on, and the history has them"),
        Row(
            "the log's files are removed", "HistoryFaultTests",
            "nothing that is said after the files were removed is lost"),
        Row(
            "a client asks, past the command line, for more than can be", "ControlSocketTests",
            "a request for what can't be had is told so, and nothing is done"),
        Row(
            "two folders of the same name", "NamingTests",
            "a second up says whose folder and Procfile runs, and what may be meant"),
        Row(
            "several services run, and a verb names none", "NamingTests",
            "where several run a verb from elsewhere lists them and does nothing"),
        Row(
            "standard output and standard error in turns", "StreamOrderTests",
            "lines that are written to both in turns are shown in turns"),
        Row(
            "a request kills each backend that gets it", "QueueTests",
            "a request of which two processes have died is given to no third"),
        Row(
            "a Procfile, variable, word or folder with a name that is no UTF-8", "OctetTests",
            "what is no text reaches a child octet for octet"),
        Row(
            "a release that fails, is killed or is not there", "ReleaseTests",
            "where it fails nothing else is started, and up ends with 1"),
        Row(
            "a history that can't be written from the beginning", "HistoryFaultTests",
            "without a history it runs and says so, and what comes can be seen"),
        Row(
            "a link in the place of a history file", "ForeignFileTests",
            "a link is not followed"),
        Row(
            "a pipe or a folder in the place of a history file", "ForeignFileTests",
            "a pipe and a folder keep no writer waiting"),
        Row(
            "a record number that leaves no room for another", "ForeignFileTests",
            "behind the last numbers that there are a new history is begun"),
        Row(
            "a last run that was ahead of the clock", "ForeignFileTests",
            "a run that was late does not hide what came later"),
        Row(
            "something else in the place of a lock or of the control socket", "RuntimeFolderTests",
            "with something else in the place of its files is refused"),
        Row(
            "a folder of the history that others can write to", "HistoryPlaceTests",
            "is not used where others can look into it, or write above it"),
    ]
}
