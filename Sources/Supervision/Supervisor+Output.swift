import Basics
import Kernel
import Logs

extension Supervisor {
    /// Reads a pipe that has something, as far as its budget goes, and the process's other one too
    /// where it is known how they go together.
    func read(_ pipe: ChildPipe, of process: ChildProcess, _ child: SupervisedChild) {
        if let pair = process.pair {
            read(pair, of: child)
            return
        }
        var isEmptied = false
        let before = log.nextSequence
        let waiting = pipe.pending
        keep(what: pipe, of: child) {
            isEmptied = pipe.read(into: &scratch, now: now, $0)
        }
        let hadSome = log.nextSequence != before || pipe.pending != waiting
        decidePace(of: pipe, isEmptied: isEmptied, hadSome: hadSome, child)
    }

    func decidePace(
        of pipe: ChildPipe, isEmptied: Bool, hadSome: Bool, holds: Bool = false,
        _ child: SupervisedChild
    ) {
        if pipe.decidePace(isEmptied: isEmptied, hadSome: hadSome, holds: holds, now: now) {
            watch(pipe, of: child)
        }
        if !pipe.isOpen { poller.remove(pipe.reference) }
    }

    private func watch(_ pipe: ChildPipe, of child: SupervisedChild) {
        let source = child.process?.output === pipe ? EventSource.childOutput : .childErrors
        // Its end is told in any case.
        try? poller.change(
            pipe.reference, to: pipe.readsAt == nil ? .readable : [], token: token(source, child))
    }

    /// Reads those pipes whose time has come: their children talk without pause.
    func readTalkers(of child: SupervisedChild) {
        guard let process = child.process else { return }
        for pipe in process.pipes where pipe.readsAt ?? .never <= now {
            read(pipe, of: process, child)
        }
    }

    /// Takes all that a child has written so far, as far as a pipe can hold it.
    func readAll(of child: SupervisedChild) {
        guard let process = child.process else { return }
        readAll(process, of: child)
        for pipe in process.pipes where !pipe.isOpen {
            poller.remove(pipe.reference)
        }
    }

    /// What a child wrote before it died comes before the sentence that tells of its death. A
    /// grandchild may hold the pipe open and write on: so only what is there now is read.
    func readLastWords(_ process: ChildProcess, of child: SupervisedChild) {
        readAll(process, of: child)
        for pipe in process.pipes {
            keep(what: pipe, of: child) { pipe.finish($0) }
        }
        if let pair = process.pair { streamWatch.forget(pair) }
    }

    /// Takes into the stream the access lines that a balancer had not written when it was killed,
    /// behind those that came out of its pipe.
    func keepUnwrittenLines(_ process: ChildProcess, of child: SupervisedChild) {
        guard let link = process.link else { return }
        let name = child.plans.nameBytes
        let generation = child.generation
        log.take { taker in
            for worker in link.workers {
                let received = process.output.batches[worker]
                scoreboard.batches(ofWorker: worker).forEachLeft(after: received) { line, isSure in
                    var text = ByteQueue(capacity: line.count + Self.unsure.utf8CodeUnitCount)
                    text.append(line)
                    if !isSure { text.append(Self.unsure) }
                    taker.take(
                        text.bytes, .whole, of: name.span, generation: generation,
                        stream: .access)
                }
            }
        }
    }

    /// What stands behind the line of a response of which the last bytes may not have been sent.
    private static let unsure: StaticString = " sent=unknown"

    private func readAll(_ process: ChildProcess, of child: SupervisedChild) {
        if let pair = process.pair {
            readAll(pair, of: child)
            return
        }
        for pipe in process.pipes {
            keep(what: pipe, of: child) {
                pipe.read(into: &scratch, now: now, budget: 2 * ChildPipe.capacity, $0)
            }
        }
    }

    /// Takes into the stream what a child has begun to say and not ended for a moment.
    func showBeginnings(of child: SupervisedChild) {
        guard let process = child.process else { return }
        for pipe in process.pipes where pipe.showsAt ?? .never <= now {
            keep(what: pipe, of: child) { pipe.showBeginning($0) }
        }
    }

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
                // Access lines tell nobody why a process is not ready, and there are many.
                if stream != .access { child.lastLines.remember(line) }
            }
        }
    }
}
