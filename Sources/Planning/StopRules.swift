import Basics
import Control
import Kernel

/// How processes are asked to end and how long they may take, as `--stop-signal` and
/// `--stop-timeout` say it: for all types, or for some by name.
public struct StopRules: Equatable, Sendable {
    /// By type, in the order in which they were given; an empty one stands for all others.
    private var limits: [(type: String, limit: Nanoseconds)] = []
    private var signals: [(type: String, signal: Signal)] = []

    /// The types that the options name, each with its option as it was given; empty in a plan
    /// that was sent.
    private var mentions: [(type: String, option: String)] = []

    public init() {}

    /// Reads the values of the two options: `20s`, `worker=30s`, several with commas between them;
    /// `INT`, `worker=QUIT`.
    public init(timeouts: [String], signals: [String]) throws(UsageError) {
        for part in Self.parts(timeouts) {
            guard let limit = Quantity.duration(part.value) else {
                throw UsageError(
                    "--stop-timeout takes TIME or TYPE=TIME, not '\(part.whole)'",
                    hint: "such as 20s or worker=30s")
            }
            limits.append((part.type, limit))
            mentions.append((part.type, "--stop-timeout \(part.whole)"))
        }
        for part in Self.parts(signals) {
            guard let signal = Signal(named: part.value), !Self.stopping.contains(signal) else {
                throw UsageError(
                    "--stop-signal takes SIGNAL or TYPE=SIGNAL, not '\(part.whole)'",
                    hint: "such as INT or worker=QUIT; one that can end a process")
            }
            self.signals.append((part.type, signal))
            mentions.append((part.type, "--stop-signal \(part.whole)"))
        }
    }

    /// Signals that no process ends of.
    private static let stopping: [Signal] = [
        .stop, .terminalStop, .proceed, .child, .windowChanged,
    ]

    private static func parts(
        _ values: [String]
    ) -> [(whole: String, type: String, value: String)] {
        values.flatMap { value in
            value.split(separator: ",", omittingEmptySubsequences: false).map { text in
                let part = text.drop { $0 == " " }
                guard let sign = part.lastIndex(of: "=") else {
                    return (String(part), "", String(part))
                }
                // `=30s` names no type, and is no time either.
                let value = sign == part.startIndex ? "" : part[part.index(after: sign)...]
                return (String(part), String(part[..<sign]), String(value))
            }
        }
    }

    /// How long processes of a type may take to end.
    public func limit(of type: String) -> Nanoseconds {
        let found = limits.last { $0.type == type } ?? limits.last { $0.type.isEmpty }
        return found?.limit ?? PlanLimits.stop
    }

    /// What the leaders of a type are sent. The balancer has its own way to end, which SIGTERM
    /// begins.
    func signal(of type: String, _ role: ChildPlan.Role) -> Signal {
        if role == .balancer { return .terminate }
        let found = signals.last { $0.type == type } ?? signals.last { $0.type.isEmpty }
        return found?.signal ?? .terminate
    }

    /// Fails where one names a type that is not there, or the balancer's signal.
    func check(against types: [String]) throws(Refusal) {
        for (type, option) in mentions where !type.isEmpty {
            if types.contains(type) || type == "balancer" { continue }
            throw Refusal(
                what: "\(option) can't be used", why: "there is no type '\(type)'",
                advice: "the types are \(types.joined(separator: ", "))")
        }
        if signals.contains(where: { $0.type == "balancer" }) {
            throw Refusal(
                what: "--stop-signal can't be used for the balancer",
                why: "SIGTERM has it finish what it has, and nothing else does")
        }
    }

    public static func == (a: StopRules, b: StopRules) -> Bool {
        a.limits.elementsEqual(b.limits) { $0 == $1 }
            && a.signals.elementsEqual(b.signals) { $0 == $1 }
    }
}

extension StopRules: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(limits.map(\.type))
        for rule in limits { frame.put(rule.limit.count) }
        frame.put(signals.map(\.type))
        for rule in signals { frame.put(UInt64(rule.signal.rawValue)) }
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        for type in try frame.texts() { limits.append((type, Nanoseconds(try frame.number()))) }
        for type in try frame.texts() {
            let number: UInt64 = try frame.number()
            signals.append((type, Signal(rawValue: Int32(truncatingIfNeeded: number))))
        }
    }
}
