import TestSupport
import Testing

@testable import Admin

/// The bodies of orders.
@Suite struct FlatObjectTests {
    private func parsed(_ text: String) -> FlatObject? { FlatObject(Array(text.utf8)) }

    @Test func `members are read as they would be typed`() throws {
        let object = try #require(
            parsed(" { \"value\" : 3 ,\"signal\":\"T\\u0045RM\", \"wait\":true, \"x\":null }\n"))
        #expect(object.number("value") == "3" && object.text("signal") == "TERM")
        #expect(object.flag("wait", usually: false) == true)
        #expect(object.flag("nothing", usually: true) == true)
        #expect(object.flag("value", usually: true) == nil && object.text("wait") == nil)
        #expect(object.stranger(besides: ["value", "signal", "wait", "x"]) == nil)
        #expect(object.stranger(besides: ["value"]) == "signal")
    }

    @Test(arguments: ["", "  ", "{}", " {\n} "])
    func `no body, and an empty object, say nothing`(text: String) throws {
        let object = try #require(parsed(text))
        #expect(object.stranger(besides: []) == nil && object.number("value") == nil)
    }

    @Test(arguments: [
        ("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\u{8}\u{C}\n\r\t"), ("é😀", "é😀"),
        ("\\ud83d\\ude00", "😀"), ("\\u00e9", "é"),
    ])
    func `texts have every spelling that JSON knows`(spelt: String, meant: String) {
        #expect(parsed("{\"a\":\"\(spelt)\"}")?.text("a") == meant)
    }

    @Test(arguments: [
        "[]", "1", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1}x",
        "{\"a\":[1]}", "{\"a\":{}}", "{a:1}", "{'a':1}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}",
        "{\"a\":-}", "{\"a\":1e5}", "{\"a\":tru}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\ud83d\"}", "{\"a\":\"\\ud83dx\"}", "{\"a\":\"\\ude00\"}",
        "{\"a\":\"\\ud83d\\u0041\"}", "{\"a\":\"", "{\"a\":\"\n\"}", "{\"a\":1,\"a\":2}",
    ])
    func `what is no flat object is none`(text: String) {
        #expect(parsed(text) == nil)
    }

    @Test func `octets that are no UTF-8 are no text`() {
        #expect(FlatObject(Array("{\"a\":\"".utf8) + [0xFF] + Array("\"}".utf8)) == nil)
    }

    @Test func `whatever comes, it ends`() {
        var dice = Dice(7)
        let alphabet = Array("{}[]\",:\\u0123dtrue.- \n".utf8) + [0xFF, 0xC3]
        for _ in 0..<20_000 {
            var octets = Array("{\"".utf8)
            for _ in 0..<Int(dice.next() % 12) {
                octets.append(alphabet[Int(dice.next() % UInt64(alphabet.count))])
            }
            _ = FlatObject(octets)
        }
    }
}
