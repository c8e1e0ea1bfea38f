import Basics

/// What some of the children are to have: `3001=20ms`, `backend.2=10%`, or without a target, for
/// all that can have it. `lbctl slow` and `up --latency` say it alike, and so do the others.
public struct TargetSetting: Equatable, Sendable {
    /// A port, a name, a type or `all`.
    public var target: String
    public var setting: Setting

    init(target: String, setting: Setting) {
        self.target = target
        self.setting = setting
    }

    /// Reads one word.
    public init(_ kind: Setting.Kind, _ text: String) throws(UsageError) {
        guard let sign = text.lastIndex(of: "=") else {
            self.init(target: "all", setting: try Setting(kind, text))
            return
        }
        if sign == text.startIndex {
            throw UsageError(
                "'\(text)' names no target",
                hint: "a port, name or type stands before the sign, as in 3001\(text)")
        }
        self.init(
            target: String(text[..<sign]),
            setting: try Setting(kind, String(text[text.index(after: sign)...])))
    }

    /// Reads the words behind a verb: `TARGET=VALUE…`, or targets and then the value for them.
    public static func all(_ kind: Setting.Kind, _ words: [String]) throws(UsageError) -> [Self] {
        if words.contains(where: { $0.contains("=") }) {
            return try words.map { (word) throws(UsageError) in
                if word.contains("=") { return try Self(kind, word) }
                throw UsageError(
                    "'\(word)' is given nothing", hint: "all targets have a sign, or none")
            }
        }
        guard words.count > 1, let last = words.last else {
            throw UsageError(
                "a target and what it is to have are needed",
                hint: "such as 3001 \(kind.example), or 3001=\(kind.example)")
        }
        let setting = try Setting(kind, last)
        return words.dropLast().map { Self(target: $0, setting: setting) }
    }

    /// Whether it is meant for this child.
    public func means(name: String, type: String, port: UInt16) -> Bool {
        [name, type, String(port), "all"].contains(target)
    }
}

extension Setting.Kind {
    /// A value of the kind, for a hint.
    fileprivate var example: String {
        switch self {
        case .weight: "3"
        case .latency: "20ms"
        case .errorRate: "10%"
        case .algorithm: BalancerOptions.Algorithm.leastConnections.rawValue
        }
    }
}

extension TargetSetting: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(target)
        frame.put(setting)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        target = try frame.text(in: RequestBounds.name, "a target")
        setting = try Setting(from: &frame)
    }
}
