/// How often each cause has been counted.
public struct CauseCounts: Equatable, Sendable {
    private var counts: [Cause: UInt64] = [:]

    public init() {}

    /// Of counts in the order of the causes' numbers; a number of no cause is left out.
    public init(_ numbered: [UInt64]) {
        for cause in Cause.allCases where Int(cause.rawValue) < numbered.count {
            self[cause] = numbered[Int(cause.rawValue)]
        }
    }

    public subscript(cause: Cause) -> UInt64 {
        get { counts[cause] ?? 0 }
        set { counts[cause] = newValue == 0 ? nil : newValue }
    }

    /// Those that have been counted, in the order of their numbers.
    public var counted: [(cause: Cause, count: UInt64)] {
        counts.map { (cause: $0.key, count: $0.value) }
            .sorted { $0.cause.rawValue < $1.cause.rawValue }
    }

    public var total: UInt64 { counts.values.reduce(0, &+) }
}

extension CauseCounts: Spelled {
    public func spell(into frame: inout FrameWriter) {
        let counted = counted
        frame.put(UInt8(counted.count))
        for (cause, count) in counted {
            frame.put(cause.rawValue)
            frame.put(count)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        self.init()
        let count: UInt8 = try frame.number()
        for _ in 0..<count {
            let number: UInt8 = try frame.number()
            let amount: UInt64 = try frame.number()
            guard let cause = Cause(rawValue: number) else {
                throw Misspelling("there is no cause with the number \(number)")
            }
            self[cause] = amount
        }
    }
}
