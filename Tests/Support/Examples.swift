import Basics
import Control

/// Two processes as `ps` is told of them.
public enum Examples {
    public static let now = WallTime(nanoseconds: 1_795_165_738_123_456_000)

    public static var status: ServiceStatus {
        let balancer = ChildStatus(
            name: "balancer", type: "balancer", port: 8080, pid: 41, state: .ready, health: .up,
            startedAt: WallTime(nanoseconds: now.nanoseconds - 12_400_000_000), restarts: 0,
            active: 3, cpuPercent: 1.25, residentBytes: 7 << 20)
        let backend = ChildStatus(
            name: "backend.1", type: "backend", port: 3000, pid: nil, state: .failed, health: .down,
            startedAt: nil, restarts: 6, weight: 1, active: 0, requests: 12, p50: 0.312, p99: 4.19)
        return ServiceStatus(
            name: "x", supervisorPid: 1, guardianPid: 2, url: "http://localhost:8080/",
            children: [balancer, backend])
    }

    /// A process of which nothing is known but this.
    public static func child(
        _ name: String, _ type: String, port: UInt16? = nil, _ state: ChildState = .ready,
        weight: UInt32? = nil
    ) -> ChildStatus {
        ChildStatus(
            name: name, type: type, port: port, pid: 43, state: state, health: .up,
            startedAt: nil, restarts: 0, weight: weight)
    }

    /// A backend that has been through all sorts of things.
    public static var traffic: BackendTraffic {
        var traffic = BackendTraffic()
        traffic.classes = [0, 1, 2, 3, 4]
        traffic.failures[.refused] = 2
        traffic.failures[.silent] = 3
        traffic.retriedFrom = 6
        traffic.retriedTo = 7
        traffic.retriesDenied = 8
        traffic.connections.tried = 9
        traffic.connections.failed = 10
        traffic.checksPassed = 11
        traffic.checksFailed = 12
        traffic.abandoned = 13
        traffic.lost = 14
        traffic.bytesSent = 15
        traffic.bytesReceived = 16
        traffic.responseTime = .milliseconds(17)
        traffic.withdrawals = 1
        traffic.withdrawalTime = .microseconds(400)
        traffic.average = 0.5
        return traffic
    }
}
