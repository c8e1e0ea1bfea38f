import Basics

/// What is told of all access lines of one second in the place of them.
public struct AccessAccount: Sendable {
    /// When the second was over.
    public let time: WallTime
    /// Whose lines they were: `balancer` for those of several.
    public let name: [UInt8]
    /// `12,940 requests, 2 failed, p99 3.1 ms; backend.1 33 %, backend.2 67 %`.
    public let text: String
    /// Whether some of them failed.
    public let hasFailures: Bool
}

/// The access lines of one second while it lasts.
struct AccessSecond: Sendable {
    /// As many response times are kept; of more the first ones.
    private static let mostDurations = 1 << 20
    /// The shares of as many backends are told one by one.
    private static let mostShares = 5

    private(set) var count = 0
    private var failed = 0
    private var retried = 0
    private var refused = 0
    private var hasStatus = false
    private var name: [UInt8] = []
    private var durations: [UInt32] = []
    private var shares: [(name: [UInt8], count: Int)] = []

    mutating func add(_ facts: AccessFacts, of text: Span<UInt8>, by name: Span<UInt8>) {
        if count == 0 {
            self.name = Self.bytes(name)
        } else if !name.equals(self.name.span) {
            dropNumber()
        }
        count += 1
        if facts.isFailed { failed += 1 }
        if facts.isRetried { retried += 1 }
        if (400..<500).contains(facts.status) { refused += 1 }
        if facts.status > 0 { hasStatus = true }
        if let duration = facts.duration, durations.count < Self.mostDurations {
            durations.append(duration)
        }
        if !facts.backend.isEmpty { add(share: text.extracting(facts.backend)) }
    }

    private mutating func add(share name: Span<UInt8>) {
        for index in shares.indices {
            let known = shares[index].name
            if !name.equals(known.span) { continue }
            shares[index].count += 1
            return
        }
        shares.append((Self.bytes(name), 1))
    }

    /// Two balancers are meant now: `balancer.2` becomes `balancer`.
    private mutating func dropNumber() {
        if let point = name.lastIndex(of: 0x2E) { name.removeSubrange(point...) }
    }

    private static func bytes(_ span: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in span.indices { bytes.append(span[index]) }
        return bytes
    }

    mutating func removeAll() {
        (count, failed, retried, refused, hasStatus) = (0, 0, 0, 0, false)
        durations.removeAll(keepingCapacity: true)
        shares.removeAll(keepingCapacity: true)
    }

    /// What is told of them at the end.
    func account(at time: WallTime) -> AccessAccount {
        AccessAccount(time: time, name: name, text: text, hasFailures: failed > 0)
    }

    private var text: String {
        let noun = hasStatus || durations.isEmpty ? "request" : "connection"
        var parts = [Self.grouped(count) + (count == 1 ? " \(noun)" : " \(noun)s")]
        parts.append("\(Self.grouped(failed)) failed")
        if retried > 0 { parts.append("\(Self.grouped(retried)) retried") }
        if refused > 0 { parts.append("\(Self.grouped(refused)) with 4xx") }
        if let worst = percentile() { parts.append("p99 \(worst)") }
        let text = parts.joined(separator: ", ")
        return shares.isEmpty ? text : text + "; " + shareText
    }

    /// The least time that 99 of 100 did not exceed.
    private func percentile() -> String? {
        if durations.isEmpty { return nil }
        let sorted = durations.sorted()
        let micros = sorted[(sorted.count * 99 + 99) / 100 - 1]
        return Figures.text(.microseconds(UInt64(micros)), .column)
    }

    private var shareText: String {
        let total = shares.reduce(0) { $0 + $1.count }
        func percent(_ count: Int) -> Int { (count * 100 + total / 2) / total }
        if shares.count > Self.mostShares {
            let counts = shares.map(\.count)
            let least = percent(counts.min() ?? 0)
            let most = percent(counts.max() ?? 0)
            return "\(shares.count) backends, \(least) to \(most) % each"
        }
        // backend.2 goes before backend.10.
        let sorted = shares.sorted {
            $0.name.count != $1.name.count
                ? $0.name.count < $1.name.count : $0.name.lexicographicallyPrecedes($1.name)
        }
        return sorted.map { "\(Utf8.string($0.name.span)) \(percent($0.count)) %" }
            .joined(separator: ", ")
    }

    /// `12,940`.
    private static func grouped(_ number: Int) -> String {
        var text = ""
        for (place, digit) in String(number).reversed().enumerated() {
            if place > 0 && place % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
