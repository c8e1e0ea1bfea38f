import Basics
import Kernel
import Logs

/// A process's two pipes, and in which turns it writes to them.
final class PipePair {
    /// How long after it has written to both in turns a process is taken for one that does.
    static let memory = Nanoseconds.seconds(1)

    let output: ChildPipe
    let errors: ChildPipe
    var order = WriteOrder()
    /// When it was last seen to have written to both in turns.
    var lastMixed = Instant(nanoseconds: 0)
    /// What was read before the kernel had told of each write that brought it: a writer may be
    /// stopped between the two.
    var held: Held?
    fileprivate let marks: [WriteWatch.Mark]

    fileprivate init(_ output: ChildPipe, _ errors: ChildPipe, _ marks: [WriteWatch.Mark]) {
        self.output = output
        self.errors = errors
        self.marks = marks
    }
}

extension PipePair {
    struct Held: ~Copyable {
        var output: ByteQueue
        var errors: ByteQueue
    }
}

/// What hears in which order the children's pipes are written to.
final class StreamWatch {
    /// Nil where the kernel does not tell, or the user watches too much already: then each pipe
    /// is in order, and not the two of them.
    private var writes: WriteWatch?
    private var watched: [WriteWatch.Mark: Watched] = [:]

    /// A pipe closes with its process, which may never have been started: so it is not kept here.
    private struct Watched {
        weak var pair: PipePair?
        let stream: Logs.Stream
    }

    init() {
        do throws(SystemError) {
            writes = try WriteWatch()
        } catch {
            writes = nil
        }
    }

    /// Begins to watch a process's pipes; nil where that can't be.
    func watch(_ output: ChildPipe, _ errors: ChildPipe) -> PipePair? {
        guard let first = add(output) else { return nil }
        guard let second = add(errors) else {
            remove(first)
            return nil
        }
        let pair = PipePair(output, errors, [first, second])
        watched[first] = Watched(pair: pair, stream: .out)
        watched[second] = Watched(pair: pair, stream: .err)
        return pair
    }

    private func add(_ pipe: ChildPipe) -> WriteWatch.Mark? {
        if writes == nil { return nil }
        return try? writes?.add(pipe.reference)
    }

    private func remove(_ mark: WriteWatch.Mark) { writes?.remove(mark) }

    /// The process has gone; another process may hold its pipes.
    func forget(_ pair: PipePair) {
        for mark in pair.marks where watched.removeValue(forKey: mark) != nil { remove(mark) }
    }

    /// Notes what was written since.
    func look() {
        writes?.takeWrites { mark in
            guard let noted = watched[mark] else { return }
            if let pair = noted.pair {
                pair.order.note(noted.stream)
            } else {
                // The kernel tells its end too.
                watched[mark] = nil
            }
        }
    }
}
