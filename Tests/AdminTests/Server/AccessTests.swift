import Testing

@testable import Admin

/// Which requests are answered.
@Suite struct AccessTests {
    private let access = Access(hosts: ["box.example"], token: "secret")

    private func request(
        host: String = "localhost:8404", origin: String? = nil, site: String? = nil,
        type: String? = "application/json", authorization: String? = "Bearer secret"
    ) -> AdminRequest {
        var request = AdminRequest()
        request.method = .post
        request.host = host
        request.origin = origin
        request.fetchSite = site
        request.contentType = type
        request.authorization = authorization
        return request
    }

    @Test(
        arguments: [
            "localhost:8404", "localhost", "LOCALHOST:1", "127.0.0.1:8404", "127.0.0.1",
            "[::1]:8404", "[::1]", "box.example", "Box.Example:99",
        ])
    func `names of the loopback, and those that were given, are taken`(host: String) {
        for privilege in [Privilege.none, .token, .order] {
            #expect(access.fault(of: request(host: host), needing: privilege) == nil)
        }
    }

    @Test(
        arguments: [
            "", "evil.example", "localhost.evil.example:8404", "127.0.0.1.evil.example",
            "127.0.0.2",
            "[::1].evil.example", "[::2]", "box.example.evil", "evil.example:127.0.0.1", "::1",
            "0.0.0.0:8404",
        ])
    func `another name is refused whatever is asked`(host: String) {
        for privilege in [Privilege.none, .token, .order] {
            #expect(access.fault(of: request(host: host), needing: privilege) == .foreignHost)
        }
    }

    @Test(
        arguments: [
            (nil, .noToken), ("", .noToken), ("Basic secret", .noToken), ("Bearer", .noToken),
            ("Bearer wrong", .wrongToken), ("Bearer secretx", .wrongToken),
            ("Bearer secre", .wrongToken),
            ("bearer secret", nil), ("Bearer secret", nil), ("Bearer  secret", .wrongToken),
        ] as [(String?, Access.Fault?)])
    func `the token counts as a whole`(authorization: String?, fault: Access.Fault?) {
        let request = request(authorization: authorization)
        #expect(access.fault(of: request, needing: .token) == fault)
        #expect(access.fault(of: request, needing: .order) == fault)
        #expect(access.fault(of: request, needing: .none) == nil)
    }

    @Test func `where there is no token none fits`() {
        let access = Access(token: "")
        for text in ["Bearer ", "Bearer x", "Bearer"] {
            #expect(access.fault(of: request(authorization: text), needing: .token) != nil)
        }
    }

    @Test(
        arguments: [
            (nil, nil, nil), ("http://localhost:8404", nil, nil),
            ("http://localhost:8404", "none", nil),
            (nil, "same-origin", nil), ("null", nil, .foreignOrigin),
            ("http://localhost:3000", nil, .foreignOrigin),
            ("https://localhost:8404", nil, .foreignOrigin),
            ("http://evil.example", nil, .foreignOrigin), (nil, "cross-site", .foreignOrigin),
            (nil, "same-site", .foreignOrigin),
            ("http://localhost:8404", "cross-site", .foreignOrigin),
        ] as [(String?, String?, Access.Fault?)])
    func `an order comes from our own page or from no page`(
        origin: String?, site: String?, fault: Access.Fault?
    ) {
        #expect(
            access.fault(of: request(origin: origin, site: site), needing: .order) == fault)
    }

    @Test(
        arguments: [
            (nil, .wrongContentType), ("", .wrongContentType), ("text/plain", .wrongContentType),
            ("application/x-www-form-urlencoded", .wrongContentType),
            ("text/plain; application/json", .wrongContentType), ("application/json", nil),
            ("Application/JSON; charset=utf-8", nil), ("application/jsonx", .wrongContentType),
        ] as [(String?, Access.Fault?)])
    func `an order is JSON by its type`(type: String?, fault: Access.Fault?) {
        #expect(access.fault(of: request(type: type), needing: .order) == fault)
    }

    @Test func `where orders are not taken the token changes nothing`() {
        let access = Access(token: "secret", isReadOnly: true)
        #expect(access.fault(of: request(), needing: .order) == .readOnly)
        #expect(access.fault(of: request(), needing: .token) == nil)
    }
}
