import Kernel
import Scoreboard
import TestSupport
import Testing

@testable import Admin

/// What reads the metrics, beside the code: it names none that is not there.
@Suite struct DashboardTests {
    private var exported: Set<String> {
        let metrics = ServiceMetrics(
            status: Examples.status,
            backends: [
                ServiceBoard.Backend(name: "a", totals: BackendTotals(), isPresent: true)
            ],
            balancers: WorkerTotals(), bans: 0,
            processes: Examples.status.children.map { status in
                let usage = ProcessUsage(
                    cpu: .seconds(1), residentBytes: 1, descriptors: 1, threads: 1)
                return ProcessFigures(status: status, usage: usage)
            })
        var names: Set<String> = []
        for line in MetricsText.text(metrics.families, .classic).split(separator: "\n")
        where !line.hasPrefix("#") {
            names.insert(String(line.prefix { $0 != "{" && $0 != " " }))
        }
        return names
    }

    /// The words of a text that begin as a metric's name does.
    private func named(in text: String) -> Set<String> {
        var names: Set<String> = []
        for word in text.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") })
        where word.hasPrefix("lbctl_") {
            names.insert(String(word))
        }
        return names
    }

    @Test(arguments: ["grafana.json", "prometheus-rules.yml"])
    func `every metric that is read is exported`(file: String) throws {
        let folder = String(
            #filePath.prefix(
                #filePath.count - "Tests/AdminTests/Metrics/DashboardTests.swift".count))
        let text = try Files.text("\(folder)Scripts/\(file)")
        let named = named(in: text)
        #expect(named.count > 5)
        #expect(named.subtracting(exported) == [])
    }
}
