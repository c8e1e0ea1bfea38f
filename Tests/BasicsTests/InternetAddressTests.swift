import Basics
import Testing

@Suite struct InternetAddressTests {
    /// Examples of RFC 5952 §4 and §5, and of RFC 4291 §2.2.
    @Test(arguments: [
        ("2001:0db8::0001", "2001:db8::1"), ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:DB8::AAAA", "2001:db8::aaaa"), ("0:0:0:0:0:0:0:0", "::"), ("::1", "::1"),
        ("1::", "1::"), ("::FFFF:129.144.52.38", "::ffff:129.144.52.38"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("10.0.0.1", "10.0.0.1"),
        ("255.255.255.255", "255.255.255.255"),
    ])
    func `is written in its one canonical form`(text: String, canonical: String) {
        #expect(InternetAddress(text).map { "\($0)" } == canonical)
    }

    @Test(arguments: [
        "", ".", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "01.1.1.1",
        "1.1.1.1 ", "a.b.c.d", "1.1.1.0x1", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "1::2::3", "12345::", "g::", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "1:2:3:4::5:6:7:8",
        "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "1.2.3.4::", "::1%lo", "[::1]", "localhost",
    ])
    func `anything else is none`(text: String) {
        #expect(InternetAddress(text) == nil)
    }

    @Test func `every address is read as it is written`() {
        var random = SystemRandomNumberGenerator()
        for round in 0..<2000 {
            // Runs of zeros are what the short form is about.
            let mask = UInt64.random(in: 0 ... .max, using: &random) >> UInt64(round % 64)
            let address = InternetAddress.v6(
                high: .random(in: 0 ... .max, using: &random) & mask,
                low: .random(in: 0 ... .max, using: &random) & ~mask)
            #expect(InternetAddress("\(address)") == address)
            let short = InternetAddress.v4(.random(in: 0 ... .max, using: &random))
            #expect(InternetAddress("\(short)") == short)
        }
    }

    @Test func `an IPv4 address is part of an IPv6 one only where that is allowed`() {
        let text = "::ffff:1.2.3.4"
        let bytes = text.utf8.span
        let range = 0..<bytes.count
        #expect(InternetAddress.v6(bytes, range)?.low == 0xFFFF_0102_0304)
        #expect(InternetAddress.v6(bytes, range, embedsIPv4: false) == nil)
    }
}
