import Basics
import Kernel

/// How one process tells that it is ready: by a pipe that it was given, by its notify socket, or by
/// taking connections on its port.
struct ReadinessSource {
    /// The pipe of a program of ours; nil once it has told, or was closed without a word.
    private(set) var pipe: SharedDescriptor?
    /// Where any other program may tell it.
    let socket: ReadinessSocket?
    /// Looks at its port; nil where the process tells it otherwise, or has become ready.
    private(set) var probe: PortProbe?

    init(pipe: SharedDescriptor?, socket: ReadinessSocket?, probe: PortProbe?) {
        self.pipe = pipe
        self.socket = socket
        self.probe = probe
    }

    /// It has told by its pipe.
    mutating func told() { pipe = nil }

    /// It has closed its pipe without a word; its port, where it has one, may still tell.
    mutating func closedPipe(port: UInt16?, now: Instant) {
        pipe = nil
        if let port { probe = PortProbe(port: port, now: now) }
    }

    /// It is ready, and need not be looked at any more.
    mutating func becameReady() { probe = nil }

    /// Looks at its port. `owns` says whether a process belongs to the child.
    mutating func look(now: Instant, owns: (Int32) -> Bool) -> PortProbe.Finding? {
        probe?.look(now: now, owns: owns)
    }

    /// When something is to be done about it though nothing happens; `never` where nothing is.
    var nextLook: Instant { min(probe?.next ?? .never, socket?.readsAt ?? .never) }
}
