import Testing

@testable import HTTP1

@Suite struct HostGrammarTests {
    private func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return HostGrammar.isValid(bytes.span, 0..<bytes.count)
    }

    @Test(arguments: [
        "", "a", "a.b-c_d", "127.0.0.1", "a:80", "a:", "a:65535", "[::1]", "[::1]:80", "[::]",
        "[1:2:3:4:5:6:7:8]", "[1::8]", "[::ffff:192.0.2.1]", "a%2Fb", "xn--e1afmkfd:1",
    ]) func `a good host is let in`(host: String) {
        #expect(isValid(host))
    }

    @Test(arguments: [
        ":80", "a:80x", "a:65536", "a:1:2", "a b", "a@b", "a,b", "a/b", "a?b", "a#b", "[::1", "::1",
        "[::1]x", "[:::1]", "[1:2]", "[1:2:3:4:5:6:7:8:9]", "[12345::]", "[g::]", "[::1.2.3]",
        "[::1.2.3.256]", "[1:]", "[]", "a%2", "a%gg", "a\"b", "a<b", "a\\b", "[fe80::1%25eth0]",
        "[1::2::3]", "[::1]:x",
    ]) func `a bad host is refused`(host: String) {
        #expect(!isValid(host))
    }

    @Test func `a host may have 512 bytes`() {
        #expect(isValid(String(repeating: "a", count: 512)))
        #expect(!isValid(String(repeating: "a", count: 513)))
    }
}
