import HTTP1
import Testing

@testable import Admin

/// Where paths lead.
@Suite struct RouteTests {
    private func find(_ method: HTTP1.Method, _ path: [String]) -> Route.Finding {
        var request = AdminRequest()
        request.method = method
        request.path = path
        return Route.find(request)
    }

    @Test(
        arguments: [
            ([], .index), (["healthz"], .health), (["readyz"], .readiness),
            (["v1", "status"], .status), (["v1", "processes"], .processes(nil)),
            (["v1", "processes", "a/b"], .processes("a/b")), (["metrics"], .metrics(.classic)),
            (["v1", "logs"], .logs), (["v1", "events"], .events), (["v1", "bans"], .bans),
            (["v1", "openapi.json"], .description),
        ] as [([String], Route)])
    func `what is read is read by GET and HEAD, and by no other method`(
        path: [String], route: Route
    ) {
        #expect(find(.get, path) == .found(route))
        #expect(find(.head, path) == .found(route))
        for method in [HTTP1.Method.post, .put, .delete, .patch, .options, .other] {
            #expect(find(method, path) == .wrongMethod(allowed: "GET, HEAD"))
        }
    }

    @Test(arguments: [["v1"], ["v2", "status"], ["healthz", "x"], ["V1", "status"], [""]])
    func `another path leads nowhere`(path: [String]) {
        #expect(find(.get, path) == .absent)
    }

    @Test(
        arguments: [
            (["v1", "reload"], .post, .reload), (["v1", "backends", "count"], .put, .scale),
            (["v1", "bans", "10.0.0.1"], .delete, .lift("10.0.0.1")),
            (["v1", "processes", "all", "kill"], .post, .kill("all")),
            (["v1", "processes", "3001", "drain"], .post, .order(.drain, "3001")),
            (["v1", "processes", "3001", "restart"], .post, .order(.restart, "3001")),
            (["v1", "processes", "3001", "weight"], .put, .order(.weight, "3001")),
            (["v1", "processes", "b", "algorithm"], .put, .order(.algorithm, "b")),
        ] as [([String], HTTP1.Method, OrderPath)])
    func `what changes something takes one method, and is an order`(
        path: [String], method: HTTP1.Method, order: OrderPath
    ) {
        #expect(find(method, path) == .found(.order(order)))
        #expect(Route.order(order).privilege == .order)
        for other in [HTTP1.Method.get, .head, .post, .put, .delete] where other != method {
            guard case .wrongMethod = find(other, path) else {
                Issue.record("\(other) is taken for \(path)")
                continue
            }
        }
    }

    @Test func `logs, events and bans need the token, figures need none`() {
        for route in [Route.logs, .events, .bans] { #expect(route.privilege == .token) }
        for route in [Route.status, .metrics(.classic), .processes(nil), .health] {
            #expect(route.privilege == .none)
        }
    }
}
