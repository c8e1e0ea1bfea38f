import Kernel
import Testing

/// Ranges of addresses as people write them.
@Suite struct NetworkTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("192.0.2.128/25", "192.0.2.255", true), ("192.0.2.128/25", "192.0.2.127", false),
        ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false),
        ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
        ("2001:db8::/64", "2001:db8::1:2", true), ("2001:db8::/64", "2001:db8:0:1::", false),
        ("2001:db8::8/125", "2001:db8::f", true), ("2001:db8::8/125", "2001:db8::10", false),
        ("::1", "::1", true), ("::/0", "2001:db8::1", true), ("::/0", "127.0.0.1", false),
    ])
    func `a network has the addresses that begin with its bits`(
        network: String, host: String, isIn: Bool
    ) throws {
        let address = try #require(Address(host: host, port: 4711))
        #expect(try #require(Network(network)).contains(address) == isIn)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8",
        "10.0.0/8", "example.org", "2001:db8::1/64", "::/129", "10.0.0.0/+8",
    ])
    func `what is none is not taken for one`(text: String) {
        #expect(Network(text) == nil)
    }
}
