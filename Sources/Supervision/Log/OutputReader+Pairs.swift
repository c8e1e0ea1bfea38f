import Basics
import Kernel
import Logs

/// Two pipes of one process that are read together, for the order of what came out of both.
extension OutputReader {
    /// Reads both, as far as their budgets go.
    func read(
        _ pair: PipePair, of child: SupervisedChild, _ poller: borrowing Poller, now: Instant
    ) {
        settle(pair, of: child, now: now)
        let pipes = [pair.output, pair.errors].filter { $0.isOpen }
        let (isEmptied, isSettled) = fetch(pair, budget: ChildPipe.budget)
        let hadSome = (output: !scratch.isEmpty, errors: !errorScratch.isEmpty)
        if pair.order.hasBoth { pair.lastMixed = now }
        let isShort = pair.order.isShort(out: scratch.bytes, err: errorScratch.bytes)
        let holds = pipes.count == 2 && isShort
        if holds { hold(pair) } else { keep(pair, isSettled: isSettled, of: child, now: now) }
        // The sooner each write is seen, the surer it is where it belongs.
        let mayWait = now.since(pair.lastMixed) > PipePair.memory
        for pipe in pipes {
            let isOutput = pipe === pair.output
            let isChanged = pipe.decidePace(
                isEmptied: mayWait && (isOutput ? isEmptied.output : isEmptied.errors),
                hadSome: isOutput ? hadSome.output : hadSome.errors, holds: holds, now: now)
            paceDecided(of: pipe, isChanged: isChanged, child, poller)
        }
    }

    /// Puts what was fetched aside until the kernel has told of all the writes that brought it.
    private func hold(_ pair: PipePair) {
        pair.held = PipePair.Held(output: Self.copy(scratch), errors: Self.copy(errorScratch))
    }

    private static func copy(_ queue: borrowing ByteQueue) -> ByteQueue {
        var copy = ByteQueue(capacity: max(1, queue.count))
        copy.append(queue.bytes)
        return copy
    }

    /// Takes into the stream what was put aside.
    private func settle(_ pair: PipePair, of child: SupervisedChild, now: Instant) {
        guard let held = pair.held.take() else { return }
        watch.look()
        let order = pair.order.take(out: held.output.bytes, err: held.errors.bytes)
        keep(held.output, held.errors, of: pair, in: order, child, now: now)
    }

    /// How often it is looked again whether more has come while the pipes were read.
    private static let rounds = 8

    /// Reads both until it is known in which turns all that was read was written. For a process
    /// that never pauses that moment never comes. Says of each whether there was no more, and
    /// whether no turn is known but those that brought what was read.
    private func fetch(_ pair: PipePair, budget: Int) -> (
        isEmptied: (output: Bool, errors: Bool), isSettled: Bool
    ) {
        scratch.removeAll()
        errorScratch.removeAll()
        watch.look()
        var isEmptied = (output: false, errors: false)
        for _ in 0..<Self.rounds {
            isEmptied.output = pair.output.fetch(
                into: &scratch, budget: max(0, budget - scratch.count))
            isEmptied.errors = pair.errors.fetch(
                into: &errorScratch, budget: max(0, budget - errorScratch.count))
            // These were looked at last, so all of the output was written before any of them.
            if errorScratch.isEmpty { return (isEmptied, true) }
            // Racing: what was written meanwhile may have been read, and is told of only now.
            let known = pair.order.turns.count
            watch.look()
            if pair.order.turns.count == known || !pair.order.hasBoth { return (isEmptied, true) }
        }
        return (isEmptied, false)
    }

    /// Takes into the stream what was fetched, and forgets the turns that it was written in.
    private func keep(
        _ pair: PipePair, isSettled: Bool, of child: SupervisedChild, now: Instant
    ) {
        if isSettled {
            keep(scratch, errorScratch, of: pair, in: pair.order, child, now: now)
            pair.order.forget()
        } else {
            let order = pair.order.take(out: scratch.bytes, err: errorScratch.bytes)
            keep(scratch, errorScratch, of: pair, in: order, child, now: now)
        }
    }

    private func keep(
        _ output: borrowing ByteQueue, _ errors: borrowing ByteQueue, of pair: PipePair,
        in order: WriteOrder, _ child: SupervisedChild, now: Instant
    ) {
        order.merge(out: output.bytes, err: errors.bytes) { stream, bytes in
            let pipe = stream == .out ? pair.output : pair.errors
            keep(what: pipe, of: child) { pipe.feed(bytes, now: now, $0) }
        }
        keep(what: pair.output, of: child) {
            pair.output.noteFetched(output.count, now: now, $0)
        }
        keep(what: pair.errors, of: child) {
            pair.errors.noteFetched(errors.count, now: now, $0)
        }
    }

    /// Takes all that a process has written so far, to both pipes.
    func readAll(_ pair: PipePair, of child: SupervisedChild, now: Instant) {
        settle(pair, of: child, now: now)
        let isSettled = fetch(pair, budget: 2 * ChildPipe.capacity).isSettled
        keep(pair, isSettled: isSettled, of: child, now: now)
    }
}
