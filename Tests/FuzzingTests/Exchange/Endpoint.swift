import Basics
import Kernel

/// One end of a connection to the worker, as a client or a backend holds it.
final class Endpoint {
    enum End {
        case open
        /// The worker has sent all that it will.
        case ended
        /// The worker has cut the connection off.
        case reset
        /// This side has closed it.
        case closed
    }

    private(set) var end = End.open
    /// What is still to be sent.
    var outbox: [UInt8] = []
    /// What was sent.
    private(set) var sent: [UInt8] = []
    private(set) var received: [UInt8] = []
    var reads = true
    /// Whether it has said that it sends no more.
    private(set) var hasEnded = false
    /// Whether the outbox is sent on and on, or by the script's moves alone.
    var pumps = false
    /// Whether it ends when the outbox is empty.
    var endsBehindOutbox = false
    private var socket: Descriptor?

    init(_ socket: consuming Descriptor, watchedBy poller: borrowing Poller) throws(SystemError) {
        try poller.add(socket.reference, for: .readable, token: Token(kind: 2))
        Window.narrow(socket.reference)
        self.socket = consume socket
    }

    var isOpen: Bool { socket != nil }

    /// Sends the first bytes of the outbox, as many as there are up to `count`.
    @discardableResult
    func flush(_ count: Int = .max) -> Bool {
        if socket == nil || hasEnded || outbox.isEmpty || end == .reset { return false }
        let piece = Array(outbox.prefix(count))
        switch socket!.send(piece.span) {
        case .moved(let moved):
            sent += piece.prefix(moved)
            outbox.removeFirst(moved)
        case .wouldBlock: return false
        case .end, .failed:
            // The kernel tells of a reset once; the next read would see an end.
            if end == .open { end = .reset }
            return true
        }
        if outbox.isEmpty && endsBehindOutbox { endSending() }
        return true
    }

    /// Reads all that is there; true when something was.
    @discardableResult
    func read() -> Bool {
        var hasMoved = false
        var memory = ByteQueue(capacity: 1 << 14)
        while reads && end == .open && socket != nil {
            memory.removeAll()
            switch socket!.receive(into: &memory) {
            case .moved:
                received += memory.array
                hasMoved = true
            case .wouldBlock: return hasMoved
            case .end:
                end = .ended
                return true
            case .failed:
                end = .reset
                return true
            }
        }
        return hasMoved
    }

    func endSending() {
        if socket == nil || hasEnded { return }
        hasEnded = true
        Socket.endSending(socket!)
    }

    func close(reset: Bool = false) {
        if socket == nil { return }
        if reset { Socket.resetOnClose(socket!) }
        socket = nil
        if end == .open { end = .closed }
    }
}
