import Basics
import Kernel
import Logs

/// Two pipes of one process that are read together, for the order of what came out of both.
extension Supervisor {
    /// Reads both, as far as their budgets go.
    func read(_ pair: PipePair, of child: SupervisedChild) {
        let pipes = [pair.output, pair.errors].filter { $0.isOpen }
        let isEmptied = fetch(pair, budget: ChildPipe.budget)
        let hadSome = (output: !scratch.isEmpty, errors: !errorScratch.isEmpty)
        if pair.order.hasBoth { pair.lastMixed = now }
        keep(pair, of: child)
        // The sooner each write is seen, the surer it is where it belongs.
        let mayWait = now.since(pair.lastMixed) > PipePair.memory
        for pipe in pipes {
            let isOutput = pipe === pair.output
            decidePace(
                of: pipe, isEmptied: mayWait && (isOutput ? isEmptied.output : isEmptied.errors),
                hadSome: isOutput ? hadSome.output : hadSome.errors, child)
        }
    }

    /// How often it is looked again whether more has come while the pipes were read.
    private static let rounds = 8

    /// Reads both until it is known in which turns all that was read was written. For who never
    /// pauses that moment never comes, and a few lines may change places. Says of each whether
    /// there was no more.
    func fetch(_ pair: PipePair, budget: Int) -> (output: Bool, errors: Bool) {
        scratch.removeAll()
        errorScratch.removeAll()
        streamWatch.look()
        var isEmptied = (output: false, errors: false)
        for _ in 0..<Self.rounds {
            isEmptied.output = pair.output.fetch(
                into: &scratch, budget: max(0, budget - scratch.count))
            isEmptied.errors = pair.errors.fetch(
                into: &errorScratch, budget: max(0, budget - errorScratch.count))
            // These were looked at last, so all of the output was written before any of them.
            if errorScratch.isEmpty { break }
            // Racing: what was written meanwhile may have been read, and is told of only now.
            let known = pair.order.turns.count
            streamWatch.look()
            if pair.order.turns.count == known || !pair.order.hasBoth { break }
        }
        return isEmptied
    }

    /// Takes into the stream what was fetched, and forgets the turns that it was written in.
    func keep(_ pair: PipePair, of child: SupervisedChild) {
        pair.order.merge(out: scratch.bytes, err: errorScratch.bytes) { stream, bytes in
            let pipe = stream == .out ? pair.output : pair.errors
            keep(what: pipe, of: child) { pipe.feed(bytes, now: now, $0) }
        }
        keep(what: pair.output, of: child) {
            pair.output.noteFetched(scratch.count, now: now, $0)
        }
        keep(what: pair.errors, of: child) {
            pair.errors.noteFetched(errorScratch.count, now: now, $0)
        }
        pair.order.forget()
    }
}
