import Basics
import Testing

@testable import Kernel

@Suite struct PatternTests {
    private func matches(_ expression: String, _ text: String) throws -> Bool {
        let bytes = Array(text.utf8)
        return try Pattern(expression).matches(bytes.span)
    }

    @Test(arguments: [
        ("GET|POST", "a POST of b", true), ("^GET$", "GET", true), ("^GET$", "GET ", false),
        ("[0-9]{3}", "id 12", false), ("[0-9]{3}", "id 123", true), ("", "anything", true),
        ("", "", true), ("x", "", false), ("^$", "", true), (#"\.1"#, "backend.1", true),
        (#"\.1"#, "backend1", false), ("é", "café", true),
    ])
    func `an expression is an extended one`(
        expression: String, text: String, expected: Bool
    ) throws {
        #expect(try matches(expression, text) == expected)
    }

    @Test func `a NUL ends nothing`() throws {
        #expect(try matches("behind", "before\u{0}behind"))
        #expect(try matches("behind$", "before\u{0}behind"))
    }

    @Test func `what follows the text is not looked at`() throws {
        let bytes = Array("short and long".utf8)
        let span = bytes.span.extracting(0..<5)
        #expect(try !Pattern("long").matches(span))
        #expect(try Pattern("short$").matches(span))
    }

    @Test(arguments: ["(", "[a", "a{2", "*a{1", "\\"])
    func `what is no expression is refused with the reason`(expression: String) {
        var reason = ""
        do throws(Pattern.Invalid) {
            _ = try Pattern(expression)
        } catch {
            reason = error.reason
        }
        #expect(!reason.isEmpty)
    }

    @Test func `any octets are searched, whether they are characters or not`() throws {
        let bytes: [UInt8] = [0xFF, 0x80, 0x41, 0xC3]
        #expect(try Pattern("A").matches(bytes.span))
        #expect(try Pattern("^..A.$").matches(bytes.span))
    }
}
