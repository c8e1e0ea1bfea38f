import Basics
import Testing

@testable import lb_echo

/// What a path asks for.
@Suite struct RouteTests {
    private func route(_ path: String) -> Route {
        let bytes = Array("GET \(path) HTTP/1.1".utf8)
        return Route.of(bytes.span, 4..<4 + path.utf8.count)
    }

    @Test(
        arguments: [
            ("/", .itself), ("/x", .itself), ("/healthy", .itself), ("/statuses/1", .itself),
            ("/status", .itself), ("*", .itself), ("", .itself),
            ("/health", .health), ("/HEALTH", .health), ("/health?x=1", .health),
            ("/headers", .headers), ("/anything", .anything), ("/anything/at/all", .anything),
            ("/status/200", .status(200)), ("/status/599?x", .status(599)),
            ("/bytes/0", .bytes(0)), ("/bytes/999999999999999", .bytes(999_999_999_999_999)),
            ("/stream/5", .stream(5)),
        ] as [(String, Route)])
    func `a path asks for one thing`(path: String, expected: Route) {
        #expect(route(path) == expected)
    }

    @Test(
        arguments: [
            ("0", 0), ("2", 2_000_000_000), ("0.2", 200_000_000), ("0.25", 250_000_000),
            ("1.", 1_000_000_000), ("0.123456789", 123_456_789), ("0.1234567891", 123_456_789),
            ("300", 300_000_000_000),
        ] as [(String, UInt64)])
    func `a delay is told in seconds with a fraction`(text: String, nanoseconds: UInt64) {
        #expect(route("/delay/\(text)") == .delay(Nanoseconds(nanoseconds)))
    }

    @Test(arguments: ["", "x", "-1", "301", ".5", "1,5", "1.x", "1e3", "0x1"])
    func `a delay that is none is told as wrong`(text: String) {
        #expect(route("/delay/\(text)") == .wrong("/delay/ takes seconds from 0 to 300"))
    }

    @Test(arguments: ["", "199", "600", "2x", "+200", "1000000000000000", "200/"])
    func `a status that is none is told as wrong`(text: String) {
        #expect(route("/status/\(text)") == .wrong("/status/ takes a number from 200 to 599"))
    }

    @Test(arguments: ["", "-1", "1000000000000000", "5k"])
    func `a count that is none is told as wrong`(text: String) {
        #expect(route("/bytes/\(text)") == .wrong("/bytes/ takes a number"))
        #expect(route("/stream/\(text)") == .wrong("/stream/ takes a number"))
    }
}
