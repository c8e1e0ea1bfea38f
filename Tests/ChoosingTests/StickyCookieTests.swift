import Basics
import TestSupport
import Testing

@testable import Choosing

@Suite struct StickyCookieTests {
    private func names(_ count: Int) -> [[UInt8]] {
        (0..<count).map { Array("backend.\($0)".utf8) }
    }

    private func bytes(_ value: [16 of UInt8]) -> [UInt8] { value.indices.map { value[$0] } }

    @Test func `the hash is SipHash, as its authors' test vectors have it`() {
        let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908)
        let sip = SipHash(key: key)
        let text = (0..<15).map { UInt8($0) }
        #expect(sip.hash(text.span) == 0xA129_CA61_49BE_45E5)
        #expect(sip.hash([UInt8]().span) == 0x726F_DB47_DD0E_0E31)
        let word = (0..<8).map { UInt8($0) }
        #expect(sip.hash(word.span) == sip.hash(0x0706_0504_0302_0100))
    }

    @Test func `every member is found by its value, and by no other service's`() {
        let cookie = StickyCookie(names: names(1000), secret: (1, 2))
        let other = StickyCookie(names: names(1000), secret: (1, 3))
        for member in 0..<1000 {
            let value = bytes(cookie.value(of: member))
            #expect(cookie.member(value.span, in: 0..<16) == member)
            #expect(other.member(value.span, in: 0..<16) == nil)
        }
    }

    @Test func `the order of members plays no part in their values`() {
        let one = StickyCookie(names: names(10), secret: (1, 2))
        let reversed = StickyCookie(names: names(10).reversed(), secret: (1, 2))
        for member in 0..<10 {
            #expect(bytes(one.value(of: member)) == bytes(reversed.value(of: 9 - member)))
        }
    }

    @Test func `a value with one digit changed, cut or in capitals belongs to no member`() {
        let cookie = StickyCookie(names: names(5), secret: (7, 8))
        var value = bytes(cookie.value(of: 3))
        for index in 0..<16 {
            let right = value[index]
            for wrong in UInt8.min...UInt8.max where wrong != right {
                value[index] = wrong
                #expect(cookie.member(value.span, in: 0..<16) == nil)
            }
            value[index] = right
        }
        for length in 0..<16 { #expect(cookie.member(value.span, in: 0..<length) == nil) }
        let empty = StickyCookie(names: [], secret: (7, 8))
        #expect(empty.member(value.span, in: 0..<16) == nil)
    }
}

@Suite struct CookiePairsTests {
    private func find(_ name: String, _ field: String) -> String? {
        let bytes = Array(field.utf8)
        let key = Array(name.utf8)
        guard let range = CookiePairs.find(key.span, in: bytes.span) else { return nil }
        return String(decoding: bytes[range], as: UTF8.self)
    }

    @Test(arguments: [
        ("lb=1", "1"), ("a=b; lb=1", "1"), ("lb=1; a=b", "1"), ("a=b;lb=1;c=d", "1"),
        ("lb=\"1\"", "1"), ("lb = 1 ", "1"), ("lb=", ""), ("lb=a=b", "a=b"), ("lb=1; lb=2", "1"),
        (";;; ; =; lb; =x; lb=1;", "1"), ("xlb=2; lbx=3; LB=4; lb=1", "1"), ("lb=\"", "\""),
    ])
    func `a cookie is found among others and among junk`(field: String, value: String) {
        #expect(find("lb", field) == value)
    }

    @Test(arguments: ["", ";", "=", "lb", "a=lb=1", "lb ; =1", "a=\"; xlb=1\"", "l b=1", "=lb"])
    func `what is no such cookie is not taken for one`(field: String) {
        #expect(find("lb", field) == nil)
        #expect(find("", field) == nil)
    }

    @Test func `bytes of any kind do not trap, and a value holds no separator`() {
        var dice = Dice(19)
        let alphabet = Array("lb=; \"\t\u{0}x".utf8)
        let key = Array("lb".utf8)
        for _ in 0..<50_000 {
            let length = Int.random(in: 0..<20, using: &dice)
            let field = (0..<length).map { _ in alphabet.randomElement(using: &dice)! }
            guard let range = CookiePairs.find(key.span, in: field.span) else { continue }
            #expect(!field[range].contains(Ascii.semicolon))
        }
    }
}
