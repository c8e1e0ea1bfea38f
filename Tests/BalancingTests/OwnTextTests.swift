import Basics
import Kernel
import Testing

@testable import Balancing

@Suite struct OwnTextTests {
    private let wallOffset = Clock.wallTime().nanoseconds &- Clock.now().nanoseconds

    private func string(_ text: InlineText) -> String { Worker.string(text) }

    @Test func `the date of a known second is right`() {
        var line = DateLine(wallOffset: 0)
        let second: UInt64 = 784_111_777
        // The example of RFC 9110 §5.6.7.
        let text = line.line(Instant(nanoseconds: second * 1_000_000_000))
        #expect(string(text) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
    }

    @Test func `a leap day has its date`() {
        var line = DateLine(wallOffset: 0)
        let text = line.line(Instant(nanoseconds: 1_709_164_800 * 1_000_000_000))
        #expect(string(text) == "Date: Thu, 29 Feb 2024 00:00:00 GMT\r\n")
    }

    @Test func `identifiers are 26 characters, differ and sort by their making`() {
        var identity = RequestIdentity(wallOffset: wallOffset)
        var last = ""
        for step in 0..<1000 {
            let now = Instant(nanoseconds: Clock.now().nanoseconds + UInt64(step) * 10_000_000)
            let text = string(identity.next(now))
            #expect(text.count == 26)
            #expect(text > last)
            last = text
        }
    }

    @Test func `no two of a hundred thousand identifiers are the same`() {
        var identity = RequestIdentity(wallOffset: wallOffset)
        let now = Clock.now()
        var seen: Set<String> = []
        let alphabet = Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        for _ in 0..<100_000 {
            let text = string(identity.next(now))
            if !text.allSatisfy({ alphabet.contains($0) }) { Issue.record("'\(text)'") }
            seen.insert(text)
        }
        #expect(seen.count == 100_000)
    }

    @Test(arguments: ["127.0.0.1", "255.255.255.255", "1.20.0.103", "::1", "2001:db8::7"])
    func `an address is written as everybody writes it`(_ host: String) throws {
        let address = try #require(Address(host: host, port: 80))
        #expect(string(address.inlineHost) == host)
    }
}
