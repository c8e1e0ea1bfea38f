import Basics

/// What a `kill` did to one child.
public struct KillReport: Equatable, Sendable {
    public var name: String
    /// 0 for a child without one.
    public var port: UInt16
    public var pid: Int32
    public var signal: Int32
    /// From the signal to the moment when no balancer chose it any more; nothing where it is not
    /// balanced or did not die of the signal.
    public var outOfRotation: Nanoseconds?
    /// What comes next, as `restarting at once`.
    public var next: String

    public init(
        name: String, port: UInt16, pid: Int32, signal: Int32, outOfRotation: Nanoseconds?,
        next: String
    ) {
        self.name = name
        self.port = port
        self.pid = pid
        self.signal = signal
        self.outOfRotation = outOfRotation
        self.next = next
    }
}

extension KillReport: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(name)
        frame.put(port)
        frame.put(pid)
        frame.put(signal)
        frame.put(outOfRotation != nil)
        if let outOfRotation { frame.put(outOfRotation.count) }
        frame.put(next)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        name = try frame.text()
        port = try frame.number()
        pid = try frame.number()
        signal = try frame.number()
        outOfRotation = try frame.flag() ? Nanoseconds(try frame.number()) : nil
        next = try frame.text()
    }
}
