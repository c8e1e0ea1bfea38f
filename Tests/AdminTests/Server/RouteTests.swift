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
            (["v1", "processes", "a/b"], .processes("a/b")),
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
}
