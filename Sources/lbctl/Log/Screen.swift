import Basics
import Kernel
import Logs
import Synchronization

/// What `lbctl up` shows: the log and what is said between its lines, written by a thread of its
/// own. A terminal that takes nothing (Ctrl-S, a slow connection) holds up nothing else.
///
/// The terminal is shared with the shell that gave it to us: it is never set not to wait.
final class Screen: Sendable {
    /// How long a terminal that takes nothing is waited for at the end, and how long another
    /// reader is.
    private static let terminalPatience = Nanoseconds.milliseconds(200)
    private static let patience = Nanoseconds.seconds(1)
    /// How long a terminal, and another reader, may go on with what they have missed when all has
    /// ended. Then they see the last words.
    private static let terminalTime = Nanoseconds.seconds(1)
    private static let time = Nanoseconds.seconds(5)

    private let flags: UpFlags
    /// The names of the processes that will write lines.
    private let names: [String]
    private let notes: Notes
    private let source = Mutex<Descriptor?>(nil)
    private let progress = Atomic<UInt64>(0)
    private let isBroken = Atomic(false)
    private let isDone = Atomic(false)
    private let alarm: Waker

    init(_ flags: UpFlags, names: [String]) throws(SystemError) {
        self.flags = flags
        self.names = names
        notes = try Notes()
        alarm = try Waker()
    }

    /// Whether standard output has no reader any more.
    var isGone: Bool { isBroken.load(ordering: .acquiring) }

    /// Readable once standard output has no reader any more.
    var departure: DescriptorReference { alarm.reference }

    /// Says something between two lines.
    func note(_ line: String) { notes.add(line) }

    /// Starts the thread, which shows what comes.
    func follow(_ log: consuming Descriptor) {
        var log: Descriptor? = log
        source.withLock { $0 = log.take() }
        if !Thread.start(named: "screen", { self.run() }) {
            // The supervisor hears of our end, and ends what there is.
            Console.complain(
                "the log can't be shown", why: "there is no thread to be had",
                advice: "'lbctl up -d' needs none")
            ThisProcess.exit(1)
        }
    }

    private func run() {
        let printer = LogPrinter(
            LinePainter(flags.format, colour: flags.colour, view: flags.view),
            outlivesShortage: true
        ) { self.progress.add(1, ordering: .relaxed) }
        printer.expect(names)
        if let log = source.withLock({ $0.take() }),
            var live = try? LiveLog(log, PastLog(of: flags.name), notes),
            !live.follow(LogFilter(), on: printer)
        {
            isBroken.store(true, ordering: .releasing)
            alarm.wake()
        }
        notes.showRest(on: printer)
        isDone.store(true, ordering: .releasing)
    }

    /// Lets the last lines out: as long as they are read, but at a terminal no longer than
    /// people wait for.
    func end() {
        notes.close()
        let begin = Clock.now()
        let isTerminal = DescriptorReference.standardOutput.isTerminal
        var seen = progress.load(ordering: .relaxed)
        var lastStep = begin
        while !isDone.load(ordering: .acquiring) {
            Poll.sleep(.milliseconds(1))
            let now = Clock.now()
            let count = progress.load(ordering: .relaxed)
            if count != seen { lastStep = now }
            seen = count
            let patience = isTerminal ? Self.terminalPatience : Self.patience
            if now.since(lastStep) > patience { return }
            if now.since(begin) > (isTerminal ? Self.terminalTime : Self.time) { notes.hurry() }
        }
    }
}
