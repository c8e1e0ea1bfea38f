import Basics
import Control
import Scoreboard
import TestSupport
import Testing

@testable import Admin

/// The metrics of a service.
@Suite struct ServiceMetricsTests {
    private func metrics() -> ServiceMetrics {
        var status = Examples.status
        status.children[1].state = .ready
        status.children[1].health = .up
        status.children[1].exits[.signal] = 3
        var totals = BackendTotals()
        totals.classes = [0, 5, 0, 0, 1]
        totals.failures[Int(Cause.refused.rawValue)] = 2
        totals.failures[Int(Cause.terminated.rawValue)] = 4
        totals.octets.received = 9
        var balancers = WorkerTotals()
        balancers.ownAnswers[2 * Int(Cause.noBackendReady.rawValue)] = 6
        balancers.ownAnswers[2 * Int(Cause.tooManyConnections.rawValue) + 1] = 7
        return ServiceMetrics(
            status: status,
            backends: [
                ServiceBoard.Backend(name: "backend.1", totals: totals, isPresent: true),
                ServiceBoard.Backend(name: "backend.9", totals: totals, isPresent: false),
            ],
            balancers: balancers, bans: 1,
            processes: status.children.map { ProcessFigures(status: $0, usage: nil) })
    }

    private func text(_ format: MetricsFormat = .classic) -> String {
        MetricsText.text(metrics().families, format)
    }

    @Test(
        arguments: [
            "lbctl_requests_total{backend=\"backend.1\",class=\"2xx\"} 5",
            "lbctl_requests_total{backend=\"backend.9\",class=\"5xx\"} 1",
            "lbctl_request_failures_total{backend=\"backend.1\",cause=\"connection_refused\"} 2",
            "lbctl_request_failures_total{backend=\"backend.1\",cause=\"connection_terminated\"} 4",
            "lbctl_bytes_total{backend=\"backend.1\",direction=\"in\"} 9",
            "lbctl_own_responses_total{class=\"5xx\",cause=\"destination_unavailable\"} 6",
            "lbctl_own_responses_total{class=\"5xx\",cause=\"connection_limit_reached\"} 7",
            "lbctl_backend_up{backend=\"backend.1\"} 1",
            "lbctl_backend_up{backend=\"backend.9\"} 0",
            "lbctl_clients_banned 1",
            "lbctl_process_state{process=\"backend.1\",state=\"ready\"} 1",
            "lbctl_process_state{process=\"backend.1\",state=\"failed\"} 0",
            "lbctl_process_exits_total{process=\"backend.1\",reason=\"signal\"} 3",
            "lbctl_build_info{version=\"\(productVersion)\"} 1",
        ])
    func `what was counted is told`(line: String) {
        #expect(text().contains(line + "\n"), "\(text())")
    }

    @Test(arguments: [MetricsFormat.classic, .openMetrics])
    func `every series is there once, and those of a family stand together`(
        format: MetricsFormat
    ) {
        var seen: Set<Substring> = []
        var families: [Substring] = []
        for line in text(format).split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                families.append(line.split(separator: " ")[2])
            } else if !line.hasPrefix("#") {
                let series = line[..<(line.lastIndex(of: " ") ?? line.endIndex)]
                #expect(seen.insert(series).inserted, "\(series)")
                #expect(families.last.map { line.hasPrefix($0) } == true, "\(line)")
            }
        }
        #expect(Set(families).count == families.count && families.count > 25)
        for name in families {
            #expect(!name.contains("milli") && name.hasPrefix("lbctl_"))
        }
    }
}
