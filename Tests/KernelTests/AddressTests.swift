import Testing

@testable import Kernel

@Suite struct AddressTests {
    @Test(arguments: [
        "127.0.0.1:8080", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:80", "[::]:1",
        "[2001:db8::8:800:200c:417a]:443", "[fe80::1]:1", "[1:2:3:4:5:6:7:8]:9",
        "[::ffff:10.0.0.1]:2", "unix:/run/x.sock", "unix:relative",
    ])
    func `an address is written as it was read`(text: String) {
        #expect(Address(text).map { "\($0)" } == text)
    }

    @Test(arguments: [
        "", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1: 80",
        "127.0.0.1:+80", "1.2.3:80", "1.2.3.4.5:80", "example.org:80", "[::1:80", "[:::]:80",
        "unix:",
        "256.0.0.1:1", ":80", "[]:80",
    ])
    func `what is no address is none`(text: String) {
        #expect(Address(text) == nil)
    }

    @Test func `localhost is the IPv4 loopback`() {
        #expect(Address("localhost:80") == .loopback(port: 80))
        #expect(Address(host: "::1", port: 80) == .loopback6(port: 80))
        #expect(Address(host: "[::1]", port: 80) == .loopback6(port: 80))
    }

    @Test func `a path may have 107 bytes and no more`() {
        #expect(Address("unix:" + String(repeating: "a", count: 107)) != nil)
        #expect(Address("unix:" + String(repeating: "a", count: 108)) == nil)
    }

    @Test func `every address goes to the kernel and comes back`() {
        for _ in 0..<500 {
            let port = UInt16.random(in: 0...65535)
            for address in [
                Address.inet(.random(in: 0 ... .max), port: port),
                .inet6(.random(in: 0 ... .max), .random(in: 0 ... .max), port: port),
                .unix("/" + String(repeating: "x", count: Int(port) % 107)),
            ] {
                let back = address.withStorage { storage, length in
                    Address.from(storage.pointee, length: length)
                }
                #expect(back == address)
                #expect(Address("\(address)") == address)
            }
        }
    }

    @Test func `only the loopback is loopback`() {
        #expect(Address("127.9.9.9:1")?.isLoopback == true)
        #expect(Address("[::1]:1")?.isLoopback == true)
        #expect(Address("unix:/x")?.isLoopback == true)
        #expect(Address("10.0.0.1:1")?.isLoopback == false)
        #expect(Address("[::]:1")?.isLoopback == false)
        #expect(Address("0.0.0.0:1")?.isLoopback == false)
    }
}
