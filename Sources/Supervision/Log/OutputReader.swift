import Basics
import Kernel
import Logs
import Scoreboard

/// Reads what children write: bytes out of their pipes, lines into the one stream.
final class OutputReader {
    private let log: LogStream
    private let scoreboard: Scoreboard
    /// The memory that every pipe is read into.
    var scratch = ByteQueue(capacity: 65536)
    /// That of a second pipe, where both of a process are read together.
    var errorScratch = ByteQueue(capacity: 16384)
    /// Tells in which turns a process writes to its two pipes.
    let watch = StreamWatch()

    init(log: LogStream, scoreboard: Scoreboard) {
        self.log = log
        self.scoreboard = scoreboard
    }

    /// Begins to watch the pipes of a new process.
    func begin(
        _ process: ChildProcess, of child: SupervisedChild, _ poller: borrowing Poller
    ) throws(SystemError) {
        try poller.add(
            process.output.reference, for: .readable, token: child.token(.childOutput))
        if let errors = process.errors {
            try poller.add(errors.reference, for: .readable, token: child.token(.childErrors))
        }
    }

    /// Reads a pipe that has something, as far as its budget goes, and the process's other one too
    /// where it is known how they go together.
    func read(
        _ pipe: ChildPipe, of child: SupervisedChild, _ process: ChildProcess,
        _ poller: borrowing Poller, now: Instant
    ) {
        if let pair = process.pair {
            read(pair, of: child, poller, now: now)
            return
        }
        var isEmptied = false
        let before = log.nextSequence
        let waiting = pipe.pending
        keep(what: pipe, of: child) {
            isEmptied = pipe.read(into: &scratch, now: now, $0)
        }
        let hadSome = log.nextSequence != before || pipe.pending != waiting
        let isChanged = pipe.decidePace(
            isEmptied: isEmptied, hadSome: hadSome, holds: false, now: now)
        paceDecided(of: pipe, isChanged: isChanged, child, poller)
    }

    /// Has the poller watch a pipe, or not, as was decided of it.
    func paceDecided(
        of pipe: ChildPipe, isChanged: Bool, _ child: SupervisedChild, _ poller: borrowing Poller
    ) {
        if isChanged {
            let isOutput = child.process?.output === pipe
            // Its end is told in any case.
            try? poller.change(
                pipe.reference, to: pipe.readsAt == nil ? .readable : [],
                token: child.token(isOutput ? .childOutput : .childErrors))
        }
        if !pipe.isOpen { poller.remove(pipe.reference) }
    }

    /// Time has passed: reads those pipes whose time has come, since their children talk without
    /// pause, and takes in what has been begun and not ended for a moment.
    func timePassed(_ child: SupervisedChild, _ poller: borrowing Poller, now: Instant) {
        guard let process = child.process, process.outputLook <= now else { return }
        for pipe in process.pipes where pipe.readsAt ?? .never <= now {
            read(pipe, of: child, process, poller, now: now)
        }
        for pipe in process.pipes where pipe.showsAt ?? .never <= now {
            keep(what: pipe, of: child) { pipe.showBeginning($0) }
        }
    }

    /// Takes all that a child has written so far, as far as a pipe can hold it.
    func readAll(of child: SupervisedChild, _ poller: borrowing Poller, now: Instant) {
        guard let process = child.process else { return }
        readAll(process, of: child, now: now)
        for pipe in process.pipes where !pipe.isOpen { poller.remove(pipe.reference) }
    }

    private func readAll(_ process: ChildProcess, of child: SupervisedChild, now: Instant) {
        if let pair = process.pair {
            readAll(pair, of: child, now: now)
            return
        }
        for pipe in process.pipes {
            keep(what: pipe, of: child) {
                pipe.read(into: &scratch, now: now, budget: 2 * ChildPipe.capacity, $0)
            }
        }
    }

    /// A process has ended: takes what it wrote before, which comes before the sentence that tells
    /// of its death. A grandchild may hold the pipe open and write on: so only what is there now is
    /// read.
    func ended(_ process: ChildProcess, of child: SupervisedChild, now: Instant) {
        readAll(process, of: child, now: now)
        for pipe in process.pipes {
            keep(what: pipe, of: child) { pipe.finish($0) }
        }
        if let pair = process.pair { watch.forget(pair) }
        keepUnwrittenLines(process, of: child)
    }

    /// Takes into the stream the access lines that a balancer had not written when it was killed,
    /// behind those that came out of its pipe.
    private func keepUnwrittenLines(_ process: ChildProcess, of child: SupervisedChild) {
        guard let link = process.link else { return }
        let name = child.plans.nameBytes
        let generation = child.generation
        log.take { taker in
            for worker in link.workers {
                let received = process.output.batches[worker]
                scoreboard.batches(ofWorker: worker).forEachLeft(after: received) { line, isSure in
                    var text = ByteQueue(capacity: line.count + Self.unsure.utf8CodeUnitCount)
                    // Before what is not shown, which nothing may follow.
                    let end = isSure ? line.count : line.last(Ascii.tab, before: line.count)
                    text.append(line.extracting(0..<(end ?? line.count)))
                    if !isSure { text.append(Self.unsure) }
                    text.append(line.extracting((end ?? line.count)..<line.count))
                    taker.take(
                        text.bytes, .whole, of: name.span, generation: generation,
                        stream: .access)
                }
            }
        }
    }

    /// What stands behind the line of a response of which the last bytes may not have been sent.
    private static let unsure: StaticString = " sent=unknown"

    /// Takes into the stream the lines that `source` hands out.
    func keep(
        what pipe: ChildPipe, of child: SupervisedChild,
        _ source: ((Span<UInt8>, Part) -> Void) -> Void
    ) {
        let name = child.plans.nameBytes
        let generation = child.generation
        let stream = pipe.stream
        log.take { taker in
            source { line, part in
                if pipe.takeMark(line) { return }
                taker.take(line, part, of: name.span, generation: generation, stream: stream)
                // Access lines do not tell why a process is not ready, and there are many.
                if stream != .access { child.lastLines.remember(line) }
            }
        }
    }
}
