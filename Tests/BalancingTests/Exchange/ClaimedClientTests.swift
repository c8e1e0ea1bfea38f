import Basics
import HTTP1
import Kernel
import Testing

@testable import Balancing

/// The address that proxies take the client for.
@Suite struct ClaimedClientTests {
    private enum Kind { case client, proxy, neither }

    /// An element of X-Forwarded-For, what it is, and the address that it says.
    private typealias Element = (text: String, kind: Kind, host: String?)

    private static let elements: [Element] = [
        ("203.0.113.9", .client, "203.0.113.9"), ("198.51.100.4:4711", .client, "198.51.100.4"),
        ("[2001:db8::7]:80", .client, "2001:db8::7"), ("10.0.0.7", .proxy, "10.0.0.7"),
        // What listens on both kinds of address says of IPv4 clients that they are these.
        ("::ffff:10.0.0.8", .proxy, "10.0.0.8"), ("::ffff:192.0.2.3", .client, "192.0.2.3"),
        ("unknown", .neither, nil), ("unix:/run/socket", .neither, nil),
    ]

    private let proxies = TrustedProxies(["10.0.0.0/8", "fd00::/8"].compactMap { Network($0) })

    private func claimed(_ fields: [String]) -> Address? {
        var relay = Relay(sent: .kept)
        relay.queue = ByteQueue(capacity: 1024)
        relay.queue.append(text: "GET / HTTP/1.1\r\nHost: a\r\n")
        for field in fields { relay.queue.append(text: "\(field)\r\n") }
        relay.queue.append("\r\n")
        var head = RequestHead()
        guard case .complete = relay.parse(&head, limits: HeadLimits()) else {
            Issue.record("\(fields) make no head")
            return nil
        }
        return relay.claimedClient(head, proxies: proxies)
    }

    /// The last that is none of theirs, and the first where all are.
    private func expected(_ list: [Element]) -> String? {
        (list.last { $0.kind != .proxy } ?? list.first)?.host
    }

    private var lists: [[Element]] {
        var lists: [[Element]] = [[]]
        for list in lists { lists += Self.elements.map { list + [$0] } }
        for list in lists where list.count == 1 { lists += Self.elements.map { list + [$0] } }
        for list in lists where list.count == 2 { lists += Self.elements.map { list + [$0] } }
        return lists
    }

    @Test func `of all lists up to three, on one line or on several, it is the one behind proxies`()
    {
        #expect(lists.count == 1 + 8 + 64 + 512)
        for list in lists {
            let texts = list.map(\.text)
            let one = claimed(["X-Forwarded-For: " + texts.joined(separator: ", ")])
            #expect(one?.host == expected(list), "\(texts)")
            let several = claimed(texts.map { "x-forwarded-for:,\($0) ,, " })
            #expect(several?.host == expected(list), "\(texts)")
        }
    }

    @Test func `no other field says it`() {
        for name in ["Forwarded: for=203.0.113.9", "X-Real-IP: 203.0.113.9", "X-Forwarded: a"] {
            #expect(claimed([name]) == nil)
            #expect(claimed([name, "X-Forwarded-For: 192.0.2.1"])?.host == "192.0.2.1")
        }
    }

    @Test(arguments: [
        "203.0.113.9x", "203.0.113", "203.0.113.9:", "203.0.113.9:65536", "203.0.113.256",
        "[2001:db8::7", "2001:db8::7]", "2001:db8::7::", "_hidden", "-", "\"203.0.113.9\"",
        "example.org", "203.0.113.9 192.0.2.1", "unix:/a", "localhost", "localhost:80",
    ])
    func `what is no address names no client, and none behind it is believed instead`(
        _ text: String
    ) {
        #expect(claimed(["X-Forwarded-For: \(text)"]) == nil)
        #expect(claimed(["X-Forwarded-For: 192.0.2.1, \(text)"]) == nil)
        #expect(claimed(["X-Forwarded-For: \(text), 192.0.2.1"])?.host == "192.0.2.1")
    }
}
