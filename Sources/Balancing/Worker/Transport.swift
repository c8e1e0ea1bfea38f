import Basics
import Kernel

/// What lies under HTTP: a way to move bytes that never waits.
///
/// An outcome says what to wait for, and that need not be what was tried: a read may want to write.
struct Transport: ~Copyable {
    enum Outcome: Equatable {
        case bytes(Int)
        case wantRead
        case wantWrite
        /// The peer sends no more.
        case end
        case failed(Errno)
    }

    let socket: Descriptor

    init(_ socket: consuming Descriptor) { self.socket = socket }

    @inline(__always)
    func receive(into queue: inout ByteQueue) -> Outcome {
        switch socket.receive(into: &queue) {
        case .moved(let count): .bytes(count)
        case .wouldBlock: .wantRead
        case .end: .end
        case .failed(let errno): .failed(errno)
        }
    }

    /// Looks at what has come, and leaves it there.
    func peek(into queue: inout ByteQueue) -> Outcome {
        switch socket.peek(into: &queue) {
        case .moved(let count): .bytes(count)
        case .wouldBlock: .wantRead
        case .end: .end
        case .failed(let errno): .failed(errno)
        }
    }

    /// Lets go of bytes that have come and have been looked at.
    func skip(_ count: Int) -> Bool { socket.skip(count) == .moved(count) }

    @inline(__always)
    func send(_ bytes: Span<UInt8>) -> Outcome {
        switch socket.send(bytes) {
        case .moved(let count): .bytes(count)
        case .wouldBlock: .wantWrite
        case .end: .failed(.brokenPipe)
        case .failed(let errno): .failed(errno)
        }
    }
}
