import Basics
import Kernel
import Synchronization

/// What reads the history on a thread of its own: a search through 256 MiB takes a while, and no
/// other client waits for it.
final class HistoryDesk: Sendable {
    typealias Client = Slab<AdminConnection>.Key

    private struct State {
        var waiting: [(client: Client, ask: HistoryAsk)] = []
        var done: [(client: Client, response: AdminResponse)] = []
        var isReading = false
    }

    private let folder: ByteString
    private let state = Mutex(State())
    private let bell: Waker

    init(folder: ByteString) throws(SystemError) {
        self.folder = folder
        bell = try Waker()
    }

    /// Readable where an answer is there.
    var reference: DescriptorReference { bell.reference }

    /// Takes a question; false where too many wait, or there is no thread to be had.
    func ask(_ ask: HistoryAsk, for client: Client) -> Bool {
        let starts: Bool? = state.withLock { state in
            if state.waiting.count >= AdminLimits.searches { return nil }
            state.waiting.append((client, ask))
            defer { state.isReading = true }
            return !state.isReading
        }
        guard let starts else { return false }
        if !starts || Thread.start(named: "history", { self.readAll() }) { return true }
        state.withLock { state in
            state.isReading = false
            state.waiting.removeAll { $0.client == client }
        }
        return false
    }

    /// The thread ends when no question waits any more: it costs nothing while no client asks.
    private func readAll() {
        while let next = next() {
            let response = next.ask.answer(from: folder)
            state.withLock { $0.done.append((next.client, response)) }
            bell.wake()
        }
    }

    private func next() -> (client: Client, ask: HistoryAsk)? {
        state.withLock { state in
            if state.waiting.isEmpty {
                state.isReading = false
                return nil
            }
            return state.waiting.removeFirst()
        }
    }

    /// The answers that have come.
    func take() -> [(client: Client, response: AdminResponse)] {
        bell.clear()
        return state.withLock { state in
            defer { state.done = [] }
            return state.done
        }
    }
}
