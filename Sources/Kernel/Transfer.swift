import Basics
import CLinux
import Glibc

/// What a read or a write that never waits came to.
public enum Transfer: Equatable, Sendable {
    /// So many bytes were moved, at least one.
    case moved(Int)
    /// Nothing could be moved without waiting.
    case wouldBlock
    /// The other side will send no more (reads only).
    case end
    /// The connection or file is broken.
    case failed(Errno)

    @inlinable @inline(__always)
    static func from(_ result: Int, wanted: Int) -> Transfer {
        if result > 0 { return .moved(result) }
        if result == 0 { return wanted == 0 ? .moved(0) : .end }
        return refused(Int32(truncatingIfNeeded: -result))
    }

    @inlinable
    static func refused(_ errno: Int32) -> Transfer {
        errno == EAGAIN || errno == EINTR ? .wouldBlock : .failed(Errno(rawValue: errno))
    }
}

extension Descriptor {
    /// read(2), once, into the room that the queue has.
    @inlinable
    public func read(into queue: inout ByteQueue) -> Transfer { reference.read(into: &queue) }

    /// write(2), once; what was written is consumed.
    @inlinable
    public func write(_ queue: inout ByteQueue) -> Transfer { reference.write(&queue) }

    /// write(2), once.
    @inlinable
    public func write(_ bytes: Span<UInt8>) -> Transfer { reference.write(bytes) }

    /// recv(2), once, into the room that the queue has.
    @inlinable @inline(__always)
    public func receive(into queue: inout ByteQueue) -> Transfer {
        var outcome = Transfer.wouldBlock
        unsafe queue.fill { memory in
            let result = unsafe clinux_recv(number, memory.baseAddress, memory.count, 0)
            outcome = .from(result, wanted: memory.count)
            return max(0, result)
        }
        return outcome
    }

    /// send(2), once, without SIGPIPE.
    @inlinable @inline(__always)
    public func send(_ bytes: Span<UInt8>) -> Transfer {
        let result = unsafe bytes.withUnsafeBytes { memory in
            unsafe clinux_send(number, memory.baseAddress, memory.count, 0)
        }
        return .from(result, wanted: bytes.count)
    }

    /// recv(2) with MSG_PEEK, once: what has come is copied, and stays.
    public func peek(into queue: inout ByteQueue) -> Transfer {
        var outcome = Transfer.wouldBlock
        unsafe queue.fill { memory in
            let result = unsafe clinux_recv(
                number, memory.baseAddress, memory.count, Int32(MSG_PEEK))
            outcome = .from(result, wanted: memory.count)
            return max(0, result)
        }
        return outcome
    }

    /// Lets go of the first `count` bytes that have come, recv(2) with MSG_TRUNC (tcp(7)).
    public func skip(_ count: Int) -> Transfer {
        let result = clinux_recv(number, nil, count, Int32(MSG_TRUNC))
        return .from(result, wanted: count)
    }

    /// Whether bytes or an end are waiting to be received, recv(2) with MSG_PEEK: `wouldBlock`
    /// where neither is.
    public func peek() -> Transfer {
        var byte: UInt8 = 0
        let flags = Int32(MSG_PEEK | MSG_DONTWAIT)
        let result = unsafe clinux_recv(number, &byte, 1, flags)
        return .from(result, wanted: 1)
    }
}

extension DescriptorReference {
    /// read(2), once, into the room that the queue has.
    @inlinable
    public func read(into queue: inout ByteQueue) -> Transfer {
        var outcome = Transfer.wouldBlock
        unsafe queue.fill { memory in
            let result = unsafe clinux_read(number, memory.baseAddress, memory.count)
            outcome = .from(result, wanted: memory.count)
            return max(0, result)
        }
        return outcome
    }

    /// write(2), once; what was written is consumed.
    @inlinable
    public func write(_ queue: inout ByteQueue) -> Transfer {
        let outcome = write(queue.bytes)
        if case .moved(let count) = outcome { queue.consume(count) }
        return outcome
    }

    /// write(2), once.
    @inlinable
    public func write(_ bytes: Span<UInt8>) -> Transfer {
        let result = unsafe bytes.withUnsafeBytes { memory in
            unsafe clinux_write(number, memory.baseAddress, memory.count)
        }
        return .from(result, wanted: bytes.count)
    }

    /// Writes all of a text, waiting as long as it takes; what cannot be written is lost. For the
    /// output of a program that has nothing else to do.
    public func writeAll(_ text: String) {
        var queue = ByteQueue(capacity: max(1, text.utf8.count))
        queue.append(text: text)
        writeAll(&queue)
    }

    /// Writes all of a queue, waiting as long as it takes. Returns why it can't be written; what
    /// could not be is left in the queue.
    @discardableResult
    public func writeAll(_ queue: inout ByteQueue) -> Errno? {
        while !queue.isEmpty {
            switch write(&queue) {
            case .moved: continue
            case .wouldBlock: _ = Poll.wait(for: .writable, on: self, timeout: nil)
            case .end: return .noSpace
            case .failed(let errno): return errno
            }
        }
        return nil
    }
}
