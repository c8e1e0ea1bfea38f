import Basics
import Kernel
import Testing

@testable import Balancing

@Suite struct ClientSourceTests {
    @Test(arguments: [
        (Address.inet(0x7F00_0001, port: 80), "127.0.0.1", true, ClientNetwork.inet(0x7F00_0001)),
        (.inet(0x7FFF_FFFF, port: 1), "127.255.255.255", true, .inet(0x7FFF_FFFF)),
        (.inet(0x8000_0001, port: 1), "128.0.0.1", false, .inet(0x8000_0001)),
        (.inet(0, port: 0), "0.0.0.0", false, .inet(0)),
        (.inet6(0, 1, port: 65535), "::1", true, .network6(0)),
        (.inet6(0, 2, port: 1), "::2", false, .network6(0)),
        (.inet6(1, 1, port: 1), "::1:0:0:0:1", false, .network6(1)),
        (
            .inet6(0x2001_0DB8 << 32, 7, port: 1), "2001:db8::7", false,
            .network6(0x2001_0DB8 << 32)
        ),
        (
            .inet6(.max, .max, port: 1), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false,
            .network6(.max)
        ),
    ])
    func `an address says where it is, and the network that it counts under`(
        _ address: Address, _ text: String, _ isLocal: Bool, _ network: ClientNetwork
    ) {
        for isTrusted in [false, true] {
            let source = ClientSource(address, isTrusted: isTrusted)
            #expect(Utf8.string(source.address.bytes) == text)
            #expect(source.port == address.port)
            #expect(source.isLocal == isLocal && source.isTrusted == isTrusted)
            #expect(source.network == network)
        }
    }

    @Test func `a path is on this machine, and counts under no network`() {
        let source = ClientSource(.unix("/run/socket"), isTrusted: false)
        #expect(Utf8.string(source.address.bytes) == "unix")
        #expect(source.port == 0 && source.isLocal && source.network == nil)
    }

    @Test func `each octet is written as it should be wherever it stands`() {
        for shift in [0, 8, 16, 24] as [UInt32] {
            for octet in 0...255 as ClosedRange<UInt32> {
                let address = Address.inet(octet << shift, port: 1)
                #expect(Utf8.string(address.inlineHost.bytes) == address.host)
            }
        }
    }
}
