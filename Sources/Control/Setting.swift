import Basics

/// What a verb gives each of its targets: a share, a delay, a rate of failures, an algorithm.
public enum Setting: Equatable, Sendable {
    case weight(UInt32)
    /// How long an echo backend waits before it answers; 0: not at all.
    case latency(Nanoseconds)
    /// Of its requests, how many an echo backend answers with 500.
    case errorRate(Share)
    case algorithm(BalancerOptions.Algorithm)

    /// Of which kind it is.
    public enum Kind: UInt8, CaseIterable, Sendable {
        case weight = 1
        case latency, errorRate, algorithm
    }

    public var kind: Kind {
        switch self {
        case .weight: .weight
        case .latency: .latency
        case .errorRate: .errorRate
        case .algorithm: .algorithm
        }
    }

    /// Reads a value of a kind as it is typed.
    public init(_ kind: Kind, _ text: String) throws(UsageError) {
        switch kind {
        case .weight: self = .weight(try Self.weight(text, of: "3001"))
        case .latency: self = .latency(try Self.latency(text))
        case .errorRate: self = .errorRate(try Self.errorRate(text))
        case .algorithm: self = .algorithm(try Self.algorithm(text))
        }
    }

    /// Reads a share; `target` is for the hint.
    static func weight(_ text: String, of target: String) throws(UsageError) -> UInt32 {
        let range = RequestBounds.weight
        guard let weight = UInt32(text), range.contains(weight) else {
            throw UsageError(
                "a weight is a number from \(range.lowerBound) to \(range.upperBound), not "
                    + "'\(text)'", hint: "such as \(target)=3")
        }
        return weight
    }

    private static func latency(_ text: String) throws(UsageError) -> Nanoseconds {
        guard let span = Quantity.duration(text), RequestBounds.latency.contains(span.count) else {
            throw UsageError(
                "'\(text)' is no time to answer later by",
                hint: "such as 20ms, 1.5s or 2m, up to 1h; 0 ends it")
        }
        return span
    }

    private static func errorRate(_ text: String) throws(UsageError) -> Share {
        if let share = Share(percentage: text) { return share }
        if Share(percentage: text + "%") != nil {
            throw UsageError(
                "'\(text)' could be a part of a hundred or of one",
                hint: "say \(text)% or \(Share(fraction: text) ?? .whole)")
        }
        throw UsageError(
            "'\(text)' is no percentage of requests to fail",
            hint: "from 0 to 100, such as 10% or 0.5%; 0 ends it")
    }

    private static func algorithm(_ text: String) throws(UsageError) -> BalancerOptions.Algorithm {
        if let algorithm = BalancerOptions.Algorithm(rawValue: text) { return algorithm }
        let names = BalancerOptions.Algorithm.allCases.map(\.rawValue)
        throw UsageError(
            "there is no algorithm '\(text)'",
            hint: SpellingCorrection.nearest(to: text, in: names).map { "did you mean '\($0)'?" }
                ?? "it is one of \(names.joined(separator: ", "))")
    }
}

extension Setting: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(kind)
        switch self {
        case .weight(let weight): frame.put(weight)
        case .latency(let span): frame.put(span.count)
        case .errorRate(let share): frame.put(share.millionths)
        case .algorithm(let algorithm): algorithm.spell(into: &frame)
        }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        switch try frame.tag(Kind.self, "setting") {
        case .weight:
            self = .weight(try frame.number(in: RequestBounds.weight, "a weight"))
        case .latency:
            self = .latency(
                Nanoseconds(try frame.number(in: RequestBounds.latency, "a latency")))
        case .errorRate: self = .errorRate(try frame.share())
        case .algorithm: self = .algorithm(try BalancerOptions.Algorithm(from: &frame))
        }
    }
}

extension BalancerOptions.Algorithm: Spelled {
    public func spell(into frame: inout FrameWriter) { frame.put(rawValue) }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        let name = try frame.text(in: RequestBounds.name, "an algorithm")
        guard let algorithm = Self(rawValue: name) else {
            throw Misspelling("there is no algorithm '\(name)'")
        }
        self = algorithm
    }
}

extension FrameReader {
    /// A share, of which no more than all.
    mutating func share() throws(Misspelling) -> Share {
        let millionths = try number(in: 0...Share.whole.millionths, "a share")
        return Share(millionths: UInt64(millionths)) ?? .whole
    }
}
