import Basics
import CLinux
import Glibc

/// The events of a descriptor that are asked for, or that have come; the bits of epoll_ctl(2).
public struct Readiness: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes, a connection or an end can be read.
    public static let readable = Readiness(rawValue: 0x001)
    /// Bytes can be written, or a connection is made or has failed.
    public static let writable = Readiness(rawValue: 0x004)
    /// The descriptor has an error to tell; wanted or not.
    public static let failed = Readiness(rawValue: 0x008)
    /// Both directions are over.
    public static let hungUp = Readiness(rawValue: 0x010)
    /// The peer will send no more.
    public static let peerEnded = Readiness(rawValue: 0x2000)
    /// Wanted only: told once for each change, not while it lasts.
    public static let edgeTriggered = Readiness(rawValue: 1 << 31)
    /// Wanted only: of several pollers of one file, not all are woken.
    public static let exclusive = Readiness(rawValue: 1 << 28)

    /// What the other side sends and its end, told once for each change: for a connection to which
    /// an answer is owed.
    public static let answers: Readiness = [.readable, .peerEnded, .edgeTriggered]

    /// Both directions and the end, told once for each change: filed once and never again.
    public static let everyChange: Readiness = [.readable, .writable, .peerEnded, .edgeTriggered]
}

/// Something that happened to a descriptor.
public struct Event: Sendable {
    public let token: Token
    public let readiness: Readiness

    @inlinable
    public init(token: Token, readiness: Readiness) {
        self.token = token
        self.readiness = readiness
    }
}

/// The one place where a thread waits, epoll(7).
@safe
public struct Poller: ~Copyable {
    @usableFromInline let descriptor: Descriptor
    @usableFromInline let events: UnsafeMutablePointer<clinux_event>
    /// The most events that one wait tells; more come with the next.
    public let capacity: Int

    /// epoll_create1(2).
    public init(capacity: Int = 256) throws(SystemError) {
        let number = try checked("epoll_create1", clinux_epoll_create())
        descriptor = Descriptor(number: number)
        self.capacity = capacity
        unsafe events = .allocate(capacity: capacity)
    }

    deinit { unsafe events.deallocate() }

    /// Begins to watch a descriptor.
    public func add(
        _ watched: DescriptorReference, for interest: Readiness, token: Token
    ) throws(SystemError) {
        _ = try checked("epoll_ctl", control(EPOLL_CTL_ADD, watched, interest, token))
    }

    /// Watches a descriptor for something else.
    public func change(
        _ watched: DescriptorReference, to interest: Readiness, token: Token
    ) throws(SystemError) {
        _ = try checked("epoll_ctl", control(EPOLL_CTL_MOD, watched, interest, token))
    }

    /// Stops watching. Before a descriptor is closed that another process has too: epoll watches
    /// the open file, and that would live on.
    public func remove(_ watched: DescriptorReference) {
        _ = control(EPOLL_CTL_DEL, watched, [], Token(raw: 0))
    }

    private func control(
        _ operation: Int32, _ watched: DescriptorReference, _ interest: Readiness, _ token: Token
    ) -> Int32 {
        clinux_epoll_ctl(
            descriptor.number, operation, watched.number, interest.rawValue, token.raw)
    }

    /// epoll_wait(2): waits until something happens or `timeout` is over, for ever without one, and
    /// says how many events there are. A signal may end it before the time, with none; any other
    /// error is a bug, and ends the program.
    @inlinable
    public func wait(timeout: Nanoseconds?) -> Int {
        let milliseconds = timeout.map { WaitTime.milliseconds($0) } ?? WaitTime.unlimited
        let count = unsafe clinux_epoll_wait(
            descriptor.number, events, Int32(capacity), milliseconds)
        if count >= 0 { return Int(count) }
        WaitTime.failed("epoll_wait", count)
        return 0
    }

    /// One of the events that the last wait told.
    @inlinable
    public func event(_ index: Int) -> Event {
        invariant(index < capacity, "an event was asked for beyond those told")
        let told = unsafe events[index]
        return Event(token: Token(raw: told.data), readiness: Readiness(rawValue: told.events))
    }
}

/// Waiting for one descriptor, for programs without a loop, poll(2).
public enum Poll {
    /// Waits until `descriptor` is as `wanted`, has failed or has ended; false when the time is
    /// over first. A signal does not end it. A descriptor that is not open is a bug, and ends the
    /// program.
    public static func wait(
        for wanted: Readiness, on descriptor: DescriptorReference, timeout: Nanoseconds?
    ) -> Bool {
        var entry = pollfd(
            fd: descriptor.number, events: Int16(truncatingIfNeeded: wanted.rawValue), revents: 0)
        let deadline = timeout.map { Clock.now() + $0 }
        while true {
            var milliseconds = WaitTime.unlimited
            if let deadline { milliseconds = WaitTime.milliseconds(deadline.since(Clock.now())) }
            let count = unsafe clinux_poll(&entry, 1, milliseconds)
            if count > 0 {
                // poll(2) takes a number that is no open descriptor for one that is ready.
                if entry.revents & Int16(POLLNVAL) != 0 { WaitTime.failed("poll", -EBADF) }
                return true
            }
            if count < 0 { WaitTime.failed("poll", count) }
            // Signals may come so fast that no call ends because the time is over.
            if let deadline, Clock.now() >= deadline { return false }
        }
    }

    /// Waits for nothing but time.
    public static func sleep(_ span: Nanoseconds) {
        let deadline = Clock.now() + span
        while true {
            let left = deadline.since(Clock.now())
            if left.count == 0 { return }
            let result = clinux_poll(nil, 0, WaitTime.milliseconds(left))
            if result < 0 { WaitTime.failed("poll", result) }
        }
    }
}

/// What epoll_wait(2) and poll(2) are told of time, and what their errors mean.
@usableFromInline
enum WaitTime {
    /// Until something happens.
    @usableFromInline static let unlimited: Int32 = -1
    /// An hour: a caller that waits for longer asks again.
    @usableFromInline static let longest: UInt64 = 3_600_000

    /// A span as these calls take it, rounded up: to wake before the time is to wake twice.
    @inlinable
    static func milliseconds(_ span: Nanoseconds) -> Int32 {
        Int32(min(span.count.addingClamped(999_999) / 1_000_000, longest))
    }

    /// A wait has failed. A signal that came meanwhile (EINTR) is nothing. What else there is does
    /// not pass by itself, so a loop that went on would use up a core and hear nothing for ever.
    @inline(never) @usableFromInline
    static func failed(_ call: StaticString, _ result: Int32) {
        if result == -EINTR { return }
        fatalError("nothing can be waited for any more: \(failure(call, result))")
    }
}
