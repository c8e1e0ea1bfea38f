import Basics

/// Something that has happened to a service: a value, from which the sentence that people read is
/// painted, and which nothing but its own spelling is read back from.
public struct ServiceEvent: Equatable, Sendable {
    /// The process that it is about.
    public struct Subject: Equatable, Sendable {
        /// As `backend.2`.
        public var name: String
        /// `nil` for one without a port.
        public var port: UInt16?
        /// `nil` where it has no process.
        public var pid: Int32?
        /// Which process of the name, counted from 1; `nil` before the first.
        public var generation: UInt64?

        /// 0 is no port, no pid and no generation.
        public init(_ name: String, port: UInt16 = 0, pid: Int32 = 0, generation: UInt64 = 0) {
            self.name = name
            self.port = port == 0 ? nil : port
            self.pid = pid == 0 ? nil : pid
            self.generation = generation == 0 ? nil : generation
        }
    }

    public let kind: EventKind
    /// `nil` where it is the service.
    public let subject: Subject?
    /// What is known of it; each key once, in the order in which they were given.
    public private(set) var facts: [EventFact] = []

    public init(_ kind: EventKind, _ subject: Subject? = nil) {
        self.kind = kind
        self.subject = subject
    }

    /// A remark, about a process or the service.
    public static func notice(_ text: String, _ subject: Subject? = nil) -> ServiceEvent {
        ServiceEvent(.notice, subject).with(.text, text)
    }
}

/// What makes events: `nil`, `false` and empty lists are left out.
extension ServiceEvent {
    /// With words, which are cut where they are very long.
    public func with(_ key: EventText, _ text: String?) -> ServiceEvent {
        text.map { with(.text(key, Self.cut($0, to: Self.longestText))) } ?? self
    }

    /// With a count, a code or a pid.
    public func with(_ key: EventNumber, _ number: (some BinaryInteger)?) -> ServiceEvent {
        number.map { with(.number(key, UInt64(clamping: $0))) } ?? self
    }

    /// With a span of time.
    public func with(_ key: EventNumber, _ span: Nanoseconds?) -> ServiceEvent {
        span.map { with(.number(key, $0.count)) } ?? self
    }

    public func with(_ key: EventFlag, _ isSo: Bool) -> ServiceEvent {
        isSo ? with(.flag(key)) : self
    }

    /// With a list, of which the first are kept where it is very long.
    public func with(_ key: EventList, _ list: [String]) -> ServiceEvent {
        if list.isEmpty { return self }
        let kept = list.prefix(Self.longestList).map { Self.cut($0, to: Self.longestEntry) }
        return with(.list(key, Array(kept)))
    }

    private func with(_ fact: EventFact) -> ServiceEvent {
        var event = self
        event.facts.removeAll { $0.key == fact.key }
        event.facts.append(fact)
        return event
    }

    /// What is read must fit too: so a record of it is never longer than a record may be.
    static let longestText = 2_000
    static let longestEntry = 300
    static let longestList = 32

    /// In characters of Unicode, none of which is cut in two.
    private static func cut(_ text: String, to count: Int) -> String {
        if text.utf8.count <= count || text.unicodeScalars.count <= count { return text }
        return String(text.unicodeScalars.prefix(count - 1)) + "…"
    }
}

/// What is known of an event.
extension ServiceEvent {
    public subscript(key: EventText) -> String? {
        for case .text(key, let text) in facts { return text }
        return nil
    }

    public subscript(key: EventNumber) -> UInt64? {
        for case .number(key, let number) in facts { return number }
        return nil
    }

    public subscript(key: EventFlag) -> Bool { facts.contains(.flag(key)) }

    /// Empty where nothing is listed.
    public subscript(key: EventList) -> [String] {
        for case .list(key, let list) in facts { return list }
        return []
    }
}
