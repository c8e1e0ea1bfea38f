import Basics
import Control
import Scoreboard

/// The metrics of a service, of what is known of it.
///
/// A backend is named as it is all its life, never by pid, port or generation; so the number of
/// series is bounded, and none begins anew with a restart.
struct ServiceMetrics {
    let status: ServiceStatus
    let backends: [ServiceBoard.Backend]
    let balancers: WorkerTotals
    let bans: Int
    let processes: [ProcessFigures]

    /// All families, the service's own first.
    var families: [MetricFamily] {
        var build = MetricFamily("lbctl_build", .info, "The version of lbctl.")
        build.add(1, [("version", productVersion)])
        return [build] + requestFamilies + balancerFamilies + connectionFamilies + healthFamilies
            + ProcessMetrics.families(processes)
    }

    private typealias Figure = (ServiceBoard.Backend) -> UInt64

    private func counter(_ name: String, _ help: String, _ figure: Figure) -> MetricFamily {
        family(name, .counter, help, figure)
    }

    private func gauge(_ name: String, _ help: String, _ figure: Figure) -> MetricFamily {
        family(name, .gauge, help, figure)
    }

    private func family(
        _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ figure: Figure
    ) -> MetricFamily {
        var family = MetricFamily(name, kind, help)
        for backend in backends { family.add(figure(backend), backend.labels) }
        return family
    }

    private func histogram(
        _ name: String, _ help: String, _ figure: (ServiceBoard.Backend) -> LatencyHistogram
    ) -> MetricFamily {
        var family = MetricFamily(name, .histogram, help)
        for backend in backends {
            family.add(.histogram(MetricBuckets.buckets(figure(backend))), backend.labels)
        }
        return family
    }

    // MARK: Requests

    private var requestFamilies: [MetricFamily] {
        var requests = MetricFamily(
            "lbctl_requests", .counter, "Responses of backends, by status class.")
        var failures = MetricFamily(
            "lbctl_request_failures", .counter,
            "Requests that a backend failed and no other answered, by cause.")
        var bytes = MetricFamily(
            "lbctl_bytes", .counter, "Bytes sent to backends (out) and received from them (in).")
        for backend in backends {
            for (index, count) in backend.totals.classes.enumerated() {
                requests.add(count, backend.labels + [("class", "\(index + 1)xx")])
            }
            for (word, count) in Self.byWord(backend.totals.failures) {
                failures.add(count, backend.labels + [("cause", word)])
            }
            bytes.add(backend.totals.octets.received, backend.labels + [("direction", "in")])
            bytes.add(backend.totals.octets.sent, backend.labels + [("direction", "out")])
        }
        return [
            requests,
            histogram(
                "lbctl_request_duration_seconds",
                "From the choice of a backend to the head of its response."
            ) { $0.totals.latency },
            gauge("lbctl_requests_in_flight", "Requests that a backend has not answered.") {
                $0.totals.inFlight
            },
            failures,
            counter("lbctl_retries", "Requests that went on to another backend from this one.") {
                $0.totals.retriedFrom
            },
            counter("lbctl_retries_received", "Requests that came from another backend.") {
                $0.totals.retriedTo
            },
            counter("lbctl_retries_denied", "Retries that the budget had no room for.") {
                $0.totals.retriesDenied
            },
            bytes,
        ]
    }

    /// The causes that lie with a backend, by their words in Proxy-Status (RFC 9209); two of one
    /// word are one series.
    private static func byWord(_ counts: [UInt64]) -> [(word: String, count: UInt64)] {
        var sums: [(word: String, count: UInt64)] = []
        for cause in Cause.allCases where cause.isOfBackend {
            let index = Int(cause.rawValue)
            let count = index < counts.count ? counts[index] : 0
            add(count, "\(cause.word)", to: &sums)
        }
        return sums
    }

    private static func add(
        _ count: UInt64, _ word: String, to sums: inout [(word: String, count: UInt64)]
    ) {
        if let place = sums.firstIndex(where: { $0.word == word }) {
            sums[place].count &+= count
        } else {
            sums.append((word, count))
        }
    }

    // MARK: Balancers

    private var balancerFamilies: [MetricFamily] {
        var own = MetricFamily(
            "lbctl_own_responses", .counter, "Answers of the balancer's own, by class and cause.")
        for (labels, count) in ownResponses {
            own.add(count, [("class", labels.class), ("cause", labels.cause)])
        }
        var waited = MetricFamily(
            "lbctl_queue_duration_seconds", .histogram,
            "How long requests waited for a backend that had to.")
        waited.add(.histogram(MetricBuckets.buckets(balancers.waited)))
        return [
            own,
            Self.single("lbctl_queue_requests", .gauge, "Requests that wait.", balancers.queued),
            waited,
            Self.single(
                "lbctl_client_connections", .gauge, "Clients that are connected.",
                balancers.connectionsOpen),
            // Its family would have the name of the one above in OpenMetrics.
            Self.single(
                "lbctl_client_connections_accepted", .counter, "Clients that have connected.",
                balancers.connectionsAccepted),
            Self.single(
                "lbctl_clients_limited", .counter, "Requests that the rate limit refused.",
                balancers.limited),
            Self.single(
                "lbctl_clients_shut_out", .counter, "Requests and connections of banned clients.",
                balancers.shutOut),
            Self.single("lbctl_clients_banned", .gauge, "Clients that are banned.", UInt64(bans)),
            Self.single(
                "lbctl_log_lines_dropped", .counter, "Access lines that could not be written.",
                balancers.linesDropped),
        ]
    }

    private static func single(
        _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ count: UInt64
    ) -> MetricFamily {
        var family = MetricFamily(name, kind, help)
        family.add(count)
        return family
    }

    private struct OwnLabels: Hashable {
        let `class`: String
        let cause: String
    }

    /// Two counters for each cause: one for the class that it usually has, one for 5xx besides.
    private var ownResponses: [(OwnLabels, UInt64)] {
        var sums: [(OwnLabels, UInt64)] = []
        for cause in Cause.allCases {
            for isUnusual in [false, true] {
                let index = 2 * Int(cause.rawValue) + (isUnusual ? 1 : 0)
                guard index < balancers.ownAnswers.count else { continue }
                let usual = "\(cause.status / 100)xx"
                if isUnusual && usual == "5xx" { continue }
                let word = "\(cause.word)"
                let labels = OwnLabels(
                    class: isUnusual ? "5xx" : usual, cause: word.isEmpty ? "none" : word)
                let count = balancers.ownAnswers[index]
                if let place = sums.firstIndex(where: { $0.0 == labels }) {
                    sums[place].1 &+= count
                } else {
                    sums.append((labels, count))
                }
            }
        }
        return sums
    }

    // MARK: Connections to backends, and how these do

    private var connectionFamilies: [MetricFamily] {
        [
            gauge("lbctl_backend_connections", "Connections to a backend.") {
                $0.totals.connectionsOpen
            },
            gauge("lbctl_backend_connections_idle", "Those that no request has.") {
                $0.totals.connectionsIdle
            },
            counter("lbctl_backend_connects", "Connections that were begun.") {
                $0.totals.connects
            },
            counter("lbctl_backend_connect_failures", "Those that did not come about.") {
                $0.totals.connectFailures
            },
            counter(
                "lbctl_backend_connection_reuses",
                "Requests that went over a connection which had had another."
            ) { $0.totals.reuses },
        ]
    }

    private var healthFamilies: [MetricFamily] {
        var checks = MetricFamily("lbctl_backend_checks", .counter, "Health checks, by result.")
        for backend in backends {
            checks.add(backend.totals.checks.passed, backend.labels + [("result", "passed")])
            checks.add(backend.totals.checks.failed, backend.labels + [("result", "failed")])
        }
        return [
            gauge("lbctl_backend_up", "Whether it is ready, and the balancers take it for up.") {
                row($0).map { $0.state == .ready && $0.health == .up } == true ? 1 : 0
            },
            gauge("lbctl_backend_eligible", "Whether it may be chosen for new requests.") {
                row($0).map { $0.state == .ready && $0.health == .up && $0.weight != 0 } == true
                    ? 1 : 0
            },
            gauge("lbctl_backend_weight", "Its share of the choice.") {
                UInt64(row($0)?.weight ?? 0)
            },
            checks,
            histogram(
                "lbctl_backend_withdrawal_duration_seconds",
                "From a death until no balancer chose the backend any more."
            ) { $0.totals.withdrawals },
        ]
    }

    /// The row of one that the service has; nil for one that is gone.
    private func row(_ backend: ServiceBoard.Backend) -> ChildStatus? {
        backend.isPresent ? status.children.first { $0.name == backend.name } : nil
    }
}

extension ServiceBoard.Backend {
    fileprivate var labels: [(name: String, value: String)] { [("backend", name)] }
}
