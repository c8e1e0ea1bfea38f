import Testing

@testable import Basics

@Suite("A byte string")
struct ByteStringTests {
    @Test
    func `keeps octets that are no text`() {
        let odd = ByteString([0x61, 0xE9, 0xFF])
        let path: ByteString = "/x/\(odd)/\(7)"
        #expect(path.bytes == [0x2F, 0x78, 0x2F, 0x61, 0xE9, 0xFF, 0x2F, 0x37])
        #expect((path + "z").bytes.last == 0x7A)
        #expect(odd.text == "a\\xe9\\xff")
        #expect(ByteString("é").text == "é")
    }

    @Test
    func `is another where only the octets differ`() {
        // One letter, composed and not: two equal Strings.
        #expect("\u{E9}" == "e\u{301}")
        #expect(ByteString("\u{E9}") != ByteString("e\u{301}"))
    }

    @Test(arguments: [
        ("a=b=c", ["a", "b=c"]), ("a=", ["a", ""]), ("=", ["", ""]), ("a", ["a"]),
        // A combining mark behind the sign.
        ("a=\u{301}b", ["a", "\u{301}b"]),
    ])
    func `is split at an octet`(text: String, parts: [String]) {
        let split = ByteString(text).split(by: UInt8(ascii: "="), maxSplits: 1)
        #expect(split == parts.map { ByteString($0) })
    }

    @Test(arguments: [
        ("/a/b", "/a", "b"), ("b", ".", "b"), ("/b", "/", "b"), ("a/b", "a", "b"), ("", ".", ""),
    ])
    func `as a path has a folder and a name`(path: String, parent: String, name: String) {
        #expect(ByteString(path).parent == ByteString(parent))
        #expect(ByteString(path).lastComponent == ByteString(name))
    }

    @Test(arguments: [
        ("abc", "bc", true), ("abc", "", true), ("abc", "abcd", false), ("abc", "ca", false),
    ])
    func `says whether another stands in it`(text: String, part: String, isThere: Bool) {
        #expect(ByteString(text).contains(ByteString(part)) == isThere)
    }
}
