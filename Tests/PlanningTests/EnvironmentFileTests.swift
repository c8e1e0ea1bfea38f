import Basics
import Testing

@testable import Planning

@Suite("A file of variables")
struct EnvironmentFileTests {
    @Test(arguments: [
        ("A=1", "1"), ("A=", ""), ("A=two words ", "two words"), ("A='x y'", "x y"),
        ("A=\"x\"", "x"), ("A=\"a\\nb\"", "a\nb"), ("A=\"a\\\"b\"", "a\"b"),
        ("A='a\\nb'", "a\\nb"), ("export A=1", "1"), ("A=1 # why", "1"), ("A=1#2", "1#2"),
        ("A=# why", ""), ("A='#1' # why", "#1"), ("A='open", "'open"), ("A=a=b", "a=b"),
        ("A=1\r\nB=2", "1"), ("  A=1", "1"), ("A=1\nA=2", "2"),
    ])
    func `gives a value without its quotes and comments`(text: String, value: String) {
        #expect(EnvironmentFile(text).value("A") == ByteString(value))
    }

    @Test
    func `knows where a quote is never closed`() {
        let open = EnvironmentFile("A='x'\nB=\"y\nC='z' more\nD=it's\n")
        #expect(open.unclosed == [2])
        #expect(open.value("B") == "\"y")
        #expect(EnvironmentFile("A='x\ny'\n").unclosed == [])
    }

    @Test
    func `skips what is none`() {
        let odd = EnvironmentFile("# A=1\n\nbad line\n=x\nA B=1\nexport\n  # x\nexport B=2")
        #expect(odd.variables == [EnvironmentFile.Variable(name: "B", value: "2")])
        #expect(odd.skipped == [3, 4, 5, 6])
        #expect(odd == EnvironmentFile("B=2"))
        #expect(EnvironmentFile("B=1").value("A") == nil)
    }
}
