import Basics
import TestSupport
import Testing

@testable import ProxyProtocol

/// Addresses and numbers as the first version writes them.
@Suite struct NumericAddressTests {
    private func inet(_ text: String) -> UInt32? {
        let bytes = Array(text.utf8)
        return NumericAddress.inet(bytes.span, 0..<bytes.count)
    }

    private func decimal(_ text: String, most: Int = 65535) -> Int? {
        let bytes = Array(text.utf8)
        return NumericAddress.decimal(bytes.span, 0..<bytes.count, most: most)
    }

    @Test(
        arguments: [
            ("0.0.0.0", 0), ("192.0.2.7", 0xC000_0207), ("255.255.255.255", .max),
        ] as [(String, UInt32)])
    func `four numbers are an address`(text: String, address: UInt32) {
        #expect(inet(text) == address)
        var written = ByteQueue(capacity: 16)
        NumericAddress.append(address, to: &written)
        #expect(TestSupport.text(written) == text)
    }

    @Test(arguments: [
        "", ".", "1", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4",
        "1.2.3.x",
    ])
    func `anything else is none`(text: String) { #expect(inet(text) == nil) }

    @Test func `a number has up to five digits, and no zero before others`() {
        #expect(decimal("0") == 0)
        #expect(decimal("65535") == 65535)
        #expect(decimal("255", most: 255) == 255)
        for wrong in ["", "00", "01", "65536", "100000", "-1", "+1", " 1", "1x"] {
            #expect(decimal(wrong) == nil, "\(wrong)")
        }
        #expect(decimal("256", most: 255) == nil)
    }

    @Test func `an IPv6 address is written in all its groups, and read as it was`() {
        var dice = Dice(41)
        let halves: [UInt64] = [0, 1, 0x2001_0DB8 << 32, .max, 0xF_00F0_0F00_F000]
        for high in halves + [dice.next(), dice.next()] {
            for low in halves + [dice.next(), dice.next()] {
                let address = ProxyHeader.IPv6(high: high, low: low)
                var written = ByteQueue(capacity: 64)
                NumericAddress.append(address, to: &written)
                let text = TestSupport.text(written)
                #expect(text.split(separator: ":").count == 8)
                let bytes = Array(text.utf8)
                #expect(NumericAddress.inet6(bytes.span, 0..<bytes.count) == address, "\(text)")
            }
        }
    }
}
