import Basics

/// What the supervisor knows of a backend's process.
public enum MemberFact: UInt8, Sendable {
    /// There is a process, and it does not serve yet.
    case starting
    /// It serves.
    case ready
    /// It serves what it has; nothing new goes to it.
    case draining
    /// It was stopped by SIGSTOP: it will answer when it goes on, not before.
    case paused
    /// There is no process.
    case gone
}

/// One backend of a roster.
public struct RosterMember: Equatable, Sendable {
    /// Its place in the scoreboard; never given to another backend while this one is configured.
    public var slot: UInt32
    /// Which process this is in the slot: every start has another one, counted from 1.
    public var generation: UInt64
    public var name: String
    /// As Kernel's `Address` writes it: `127.0.0.1:3001`, `[::1]:3001`, `unix:/path`.
    public var address: String
    public var fact: MemberFact
    public var weight: UInt32
    /// 0 while there is none or it is not known.
    public var pid: Int32
    /// How the last process ended, for the answers that say why: `killed by SIGKILL`; or empty.
    public var ending: String

    public init(
        slot: UInt32, generation: UInt64, name: String, address: String, fact: MemberFact,
        weight: UInt32 = 1, pid: Int32 = 0, ending: String = ""
    ) {
        self.slot = slot
        self.generation = generation
        self.name = name
        self.address = address
        self.fact = fact
        self.weight = weight
        self.pid = pid
        self.ending = ending
    }
}

/// All backends at one moment; a higher version replaces a lower one whole.
public struct RosterWord: Equatable, Sendable {
    public var version: UInt64
    public var members: [RosterMember]

    public init(version: UInt64, members: [RosterMember]) {
        self.version = version
        self.members = members
    }
}

extension RosterMember: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(slot)
        frame.put(generation)
        frame.put(name)
        frame.put(address)
        frame.put(fact.rawValue)
        frame.put(weight)
        frame.put(pid)
        frame.put(ending)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        slot = try frame.number()
        generation = try frame.number()
        name = try frame.text()
        address = try frame.text()
        guard let fact = MemberFact(rawValue: try frame.byte()) else {
            throw Misspelling("an unknown fact about a backend")
        }
        self.fact = fact
        weight = try frame.number()
        pid = try frame.number()
        ending = try frame.text()
    }
}

extension RosterWord: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(version)
        frame.put(members)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        version = try frame.number()
        members = try frame.list()
    }
}
