import Basics

/// What the supervisor knows of a backend's process.
public enum MemberFact: UInt8, Sendable, CaseIterable {
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
    public var slot: BackendSlot
    /// Which process this is in the slot: every start has another one, counted from 1.
    public var generation: UInt64
    public var name: String
    /// As Kernel's `Address` writes it: `127.0.0.1:3001`, `[::1]:3001`, `unix:/path`.
    public var address: String
    public var fact: MemberFact
    public var weight: UInt32
    /// 0 while there is none or it is not known.
    public var pid: Int32
    /// How its last process ended, for the answers that say why; nothing before the first has.
    public var ended: BackendEnding?
    /// Where it does not serve: from when on a process may be expected that does. `never` where a
    /// verb has to start it, and in the past where one is being started.
    public var returns: Instant

    public init(
        slot: BackendSlot, generation: UInt64, name: String, address: String, fact: MemberFact,
        weight: UInt32 = 1, pid: Int32 = 0, ended: BackendEnding? = nil,
        returns: Instant = .never
    ) {
        self.slot = slot
        self.generation = generation
        self.name = name
        self.address = address
        self.fact = fact
        self.weight = weight
        self.pid = pid
        self.ended = ended
        self.returns = returns
    }
}

/// All backends at one moment; a higher version replaces a lower one whole.
public struct RosterWord: Equatable, Sendable {
    public var version: UInt64
    public var members: [RosterMember]
    /// By what they are chosen from now on; nothing: as the balancer's command line says.
    public var algorithm: BalancerOptions.Algorithm?

    public init(
        version: UInt64, members: [RosterMember], algorithm: BalancerOptions.Algorithm? = nil
    ) {
        self.version = version
        self.members = members
        self.algorithm = algorithm
    }
}

extension RosterMember: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(slot.number)
        frame.put(generation)
        frame.put(name)
        frame.put(address)
        frame.put(fact)
        frame.put(weight)
        frame.put(pid)
        frame.put(ended)
        frame.put(returns.nanoseconds)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        slot = BackendSlot(try frame.number())
        generation = try frame.number()
        name = try frame.text(in: RequestBounds.name, "a name")
        address = try frame.text(in: RequestBounds.name, "an address")
        fact = try frame.tag(MemberFact.self, "backend fact")
        weight = try frame.number(in: RequestBounds.weight, "a weight")
        pid = try frame.number()
        ended = try frame.optional()
        returns = Instant(nanoseconds: try frame.number())
    }
}

extension RosterWord: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(version)
        frame.put(members)
        frame.put(algorithm)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        version = try frame.number()
        members = try frame.list()
        algorithm = try frame.optional()
    }
}
