import Kernel
import Testing

@testable import Balancing

@Suite struct TrustedProxiesTests {
    private static let network = TrustedProxies(
        ["10.1.0.0/16", "192.0.2.7", "2001:db8::/33", "::1"].compactMap { Network($0) })

    @Test(arguments: [
        ("10.1.0.0", true), ("10.1.255.255", true), ("10.0.255.255", false), ("10.2.0.0", false),
        ("192.0.2.7", true), ("192.0.2.6", false), ("192.0.2.8", false),
        ("2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", true), ("2001:db8:8000::", false),
        ("2001:db7:ffff::", false), ("::1", true), ("::2", false), ("::", false),
        ("127.0.0.1", false), ("0.0.0.0", false), ("::10.1.0.0", false),
    ])
    func `one is trusted within its network to the last address, whatever its port`(
        _ host: String, _ isTrusted: Bool
    ) throws {
        for port in [0, 1, 65535] as [UInt16] {
            let address = try #require(Address(host: host, port: port))
            #expect(Self.network.contains(address) == isTrusted)
            #expect(!TrustedProxies([]).contains(address))
        }
    }

    @Test func `a path is never trusted, even where all addresses are`() {
        let all = TrustedProxies(["0.0.0.0/0", "::/0"].compactMap { Network($0) })
        #expect(all.contains(.loopback(port: 1)) && all.contains(.loopback6(port: 1)))
        #expect(!all.contains(.unix("/run/socket")))
    }
}
