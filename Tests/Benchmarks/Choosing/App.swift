import Basics
import Choosing
import Glibc

/// What a choice costs, by algorithm and number of backends, as a table for people to read.
@main enum App {
    static let sizes = [2, 10, 100, 1000, 10_000]
    /// With a number: no times, but so many choices of each kind, for a tool that counts.
    static let counted = CommandLine.arguments.dropFirst().first.flatMap { Int($0) }
    /// So that nothing is computed in vain.
    nonisolated(unsafe) static var sum = 0

    static func main() {
        print("| ns a choice | " + sizes.map { "\($0)" }.joined(separator: " | ") + " |")
        print("| --- |" + sizes.map { _ in " ---: |" }.joined())
        row("round robin") { Rows.rotation($0) }
        row("round robin, one in slow start") { Rows.slowStart($0) }
        row("least connections") { Rows.leastConnections($0) }
        row("least connections, weights differ") { Rows.leastConnections($0, weighted: true) }
        row("least response time (peak EWMA)") { Rows.leastResponseTime($0) }
        row("consistent hash") { Rows.hash($0) }
        row("consistent hash, bounded load") { Rows.hash($0, bounded: true) }
        row("random, two choices") { Rows.twoChoices($0) }
        row("sticky table: find and bind") { _ in Rows.sticky() }
        row("sticky cookie: read") { Rows.cookie($0) }
        row("rate limit") { _ in Rows.rateLimit() }
        row("retry budget: request and grant") { _ in Rows.retryBudget() }
        row("observe a response time") { _ in Rows.observe() }
        if counted == nil { builds() }
    }

    private static func row(_ name: String, _ measure: (Int) -> Double) {
        print("| \(name) | " + sizes.map { decimal(measure($0)) }.joined(separator: " | ") + " |")
    }

    private static func builds() {
        print("\n| ms a build | " + sizes.map { "\($0)" }.joined(separator: " | ") + " |")
        print("| --- |" + sizes.map { _ in " ---: |" }.joined())
        row("Maglev table") { size in
            once { sum += ConsistentHash(Rows.members(size)).members.count }
        }
        row("Maglev table, weights 1...5") { size in
            once { sum += ConsistentHash(Rows.members(size, most: 5)).members.count }
        }
        row("alias table") { size in
            once { sum += TwoChoices(weights: Rows.weights(size, most: 5)).draw(1) }
        }
        row("rotation, weights 1...5") { size in
            once { sum += Rotation(weights: Rows.weights(size, most: 5)).sequence.count }
        }
        row("cookie table") { size in
            let names = Rows.names(size)
            return once { sum += Int(StickyCookie(names: names, secret: (1, 2)).value(of: 0)[0]) }
        }
    }

    /// Nanoseconds a call: the best of five rounds, since others use the machine too.
    static func each(_ body: (Int) -> Int) -> Double {
        if let counted {
            for number in 0..<counted { sum &+= body(number) }
            return 0
        }
        var best = Double.infinity
        for _ in 0..<5 {
            let calls = 200_000
            let start = clock()
            for number in 0..<calls { sum &+= body(number) }
            best = min(best, Double(clock() - start) / Double(calls))
        }
        return best
    }

    /// Milliseconds.
    private static func once(_ body: () -> Void) -> Double {
        let start = clock()
        body()
        return Double(clock() - start) / 1e6
    }

    private static func clock() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
