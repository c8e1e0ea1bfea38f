import Testing

@testable import Basics

@Suite struct ULIDTests {
    private func bits(_ text: String) -> UInt128? { ULID(text.utf8.span)?.bits }
    private func text(_ bits: UInt128) -> String {
        let text = ULID(bits: bits).text
        return Utf8.string(text.bytes)
    }

    @Test(
        arguments: [
            ("00000000000000000000000000", 0), ("00000000000000000000000001", 1),
            ("0000000000000000000000000Z", 31), ("00000000000000000000000010", 32),
            ("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", .max), ("40000000000000000000000000", 1 << 127),
            // Each character once: of I, L, O and U there is none.
            ("0123456789ABCDEFGHJKMNPQRS", 0x0110_C853_1D09_52D8_D73E_1194_E95B_5F19),
        ] as [(String, UInt128)])
    func `a text stands for a number, and the number for the text`(text: String, bits: UInt128) {
        #expect(self.bits(text) == bits)
        #expect(self.text(bits) == text)
    }

    @Test func `every bit has its place`() {
        for place in 0..<128 as Range<UInt128> {
            let one: UInt128 = 1 << place
            #expect(bits(text(one)) == one && text(one).utf8.count == ULID.length)
            #expect(bits(text(~one)) == ~one)
        }
    }

    @Test func `what is none is not read`() {
        for text in [
            "", "0", "0000000000000000000000000", "000000000000000000000000000",
            "80000000000000000000000000", "Z0000000000000000000000000",
        ] {
            #expect(bits(text) == nil, "\(text)")
        }
        let alphabet = Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        for octet: UInt8 in 0...255 {
            var octets = [UInt8](repeating: Ascii.zero, count: 26)
            octets[25] = octet
            #expect((ULID(octets.span) != nil) == alphabet.contains(octet))
        }
    }

    @Test func `it has a spelling as a trace-id, in lower case`() {
        let digits = "0123456789abcdef"
        for bits: UInt128 in [0, 1, .max, 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210, 1 << 127] {
            let text = ULID(bits: bits).hexadecimal
            let spelt = Utf8.string(text.bytes)
            var wanted = ""
            for place in (0..<32).reversed() {
                let value = Int(truncatingIfNeeded: bits >> UInt128(4 * place) & 15)
                wanted += String(Array(digits)[value])
            }
            #expect(spelt == wanted)
            #expect(ULID(hexadecimal: spelt.utf8.span)?.bits == bits)
        }
        for text in [
            "", "0", String(repeating: "A", count: 32), String(repeating: "g", count: 32),
            String(repeating: "0", count: 31), String(repeating: "0", count: 33),
        ] {
            #expect(ULID(hexadecimal: text.utf8.span) == nil)
        }
    }

    @Test func `a word is written with all of its sixteen digits`() {
        for word: UInt64 in [0, 1, 9, 10, 15, 16, .max, 0x0123_4567_89AB_CDEF] {
            var queue = ByteQueue(capacity: 16)
            Hexadecimal.append(word, to: &queue)
            let plain = String(word, radix: 16)
            let digits = Utf8.string(queue.bytes)
            #expect(digits == String(repeating: "0", count: 16 - plain.count) + plain)
            #expect(Hexadecimal.word(queue.bytes, 0..<16) == word)
        }
    }
}
