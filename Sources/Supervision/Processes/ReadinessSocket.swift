import Basics
import Kernel

/// The socket at which one process may say that it is ready, sd_notify(3).
///
/// Each process has its own, so that no earlier one can speak for it; its file goes with it.
final class ReadinessSocket {
    /// The most notices that are taken in one turn of the loop.
    static let budget = 32
    /// How long a process that has said so much waits for the next turn.
    static let pace = Nanoseconds.milliseconds(2)

    let path: ByteString
    let socket: NoticeSocket
    /// When it is read next; nil while the poller watches it.
    private(set) var readsAt: Instant?
    private var hasToldOfStranger = false

    init(path: ByteString) throws(SystemError) {
        self.path = path
        socket = try NoticeSocket(path: path)
    }

    deinit { try? Files.remove(path) }

    /// It says so much that it is not watched for a moment.
    func paused(now: Instant) { readsAt = now + Self.pace }

    /// The poller watches it again.
    func resumed() { readsAt = nil }

    /// A process of another child speaks there. Returns whether that has not been told yet.
    func heardStranger() -> Bool {
        defer { hasToldOfStranger = true }
        return !hasToldOfStranger
    }
}
