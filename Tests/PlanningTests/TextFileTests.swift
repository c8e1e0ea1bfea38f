import Basics
import Control
import Testing

@testable import Planning

/// What people write is octets: these would be lost or misread as Unicode text.
@Suite("A file that people write")
struct TextFileTests {
    private func octets(_ text: String, _ more: [UInt8] = []) -> ByteString {
        ByteString(Array(text.utf8) + more)
    }

    private func commands(_ text: ByteString) throws -> [ByteString] {
        try Procfile(text).lines.map { $0.command }
    }

    @Test(arguments: [
        "a: x\u{C}y", "a: x\u{B}y", "a: x\u{85}y", "a: x\u{2028}y", "a: x\u{A0}", "a: \u{301}x",
        "a: x\ry",
    ])
    func `has no other ends of lines and no other blanks than a shell`(line: String) throws {
        let command = ByteString(line.utf8.dropFirst(3))
        #expect(try commands(octets(line)) == [command])
        #expect(try commands(octets(line + "\n")) == [command])
        #expect(try commands(octets(line + "\r\n")) == [command])
    }

    @Test
    func `keeps octets that are no UTF-8`() throws {
        let odd = octets("a: x ", [0xE9, 0xFF])
        #expect(try commands(odd) == [octets("x ", [0xE9, 0xFF])])
        let values = EnvironmentFile(octets("A=x", [0xE9]) + "\nB='" + octets("", [0xFF]) + "'\n")
        #expect(values.value("A") == octets("x", [0xE9]))
        #expect(values.value("B") == octets("", [0xFF]))
    }

    @Test
    func `may begin with a byte order mark`() throws {
        #expect(try commands("\u{FEFF}a: x\n") == ["x"])
        #expect(EnvironmentFile("\u{FEFF}A=1").value("A") == "1")
    }

    @Test
    func `is refused in UTF-16, with words`() {
        for mark in [[0xFF, 0xFE], [0xFE, 0xFF]] as [[UInt8]] {
            #expect {
                try Procfile(ByteString(mark + [0x61, 0]))
            } throws: { error in
                (error as? Refusal)?.why == "it is written in UTF-16"
            }
        }
    }

    @Test(arguments: [
        ("a: x \\\n  y\nb: z\n", ["x   y", "z"]), ("a: x\\\r\ny\r\n", ["xy"]),
        ("a: x\\\\\nb: y\n", ["x\\\\", "y"]), ("a: x\\", ["x\\"]),
        ("a: x \\ \ny \\\t\nz\nb: y\n", ["x y z", "y"]),
        ("# a: x \\\nb: y\n", ["y"]), ("a: x \\\n# y\n", ["x # y"]),
    ])
    func `a line that ends in a backslash goes on`(text: String, expected: [String]) throws {
        #expect(try commands(octets(text)) == expected.map { ByteString($0) })
    }

    @Test
    func `lines that go on and say nothing are named, all of them`() throws {
        let file = try Procfile("a: x\nno \\\nline\nb: y\nz: \u{0}\n")
        #expect(file.skipped == [2, 3, 5])
        #expect(file.lines.map { $0.place } == ["Procfile:1", "Procfile:4"])
    }

    @Test(arguments: [
        ("A=\"x\ny\"\nB=1", "x\ny"), ("A='\nx\nB=2\n'\nB=1", "\nx\nB=2\n"),
        ("A=\"x  \r\n  y\" # why\r\nB=1", "x  \n  y"), ("A='x\ny' z\nB=1", "'x"),
        ("A='open\nB=1", "'open"), ("export\tA=x\nB=1", "x"), ("export  A=x\nB=1", "x"),
        ("A=\u{301}x\nB=1", "\u{301}x"), ("A=\"\u{301}x\"\nB=1", "\u{301}x"),
        ("A=x\u{A0}\nB=1", "x\u{A0}"),
    ])
    func `a value in quotes may have several lines`(text: String, value: String) {
        let file = EnvironmentFile(text)
        #expect(file.value("A") == ByteString(value))
        #expect(file.value("B") == "1")
    }

    @Test
    func `a value that no variable can hold is left out and named`() {
        let file = EnvironmentFile("A=x\u{0}y\nB=1")
        #expect(file.value("A") == nil)
        #expect(file.skipped == [1])
    }
}

@Suite("A variable in a line")
struct ShellVariableTests {
    private func read(_ line: String) throws -> ShellWords {
        let known: [String: ByteString] = [
            "SET": "s", "EMPTY": "", "TWO": "a b", "FILES": "*.c", "ODD": ByteString([0xE9]),
        ]
        return try ShellWords.read(line) { name in
            name == "PWD" ? .knownLater : known[name].map { .set($0) } ?? .unset
        }
    }

    @Test(arguments: [
        ("x ${SET:-d}", ["x", "s"]), ("x ${NOT:-d}", ["x", "d"]), ("x ${NOT-d}", ["x", "d"]),
        ("x ${EMPTY:-d}", ["x", "d"]), ("x ${EMPTY-d}", ["x"]), ("x ${NOT:-}", ["x"]),
        ("x \"${NOT:-a b}\"", ["x", "a b"]), ("x ${NOT:-a b}", ["x", "a", "b"]),
        ("x ${NOT:-\"a b\"}c", ["x", "a bc"]), ("x ${NOT:-'a}'}", ["x", "a}"]),
        ("x ${NOT:-${SET}}", ["x", "s"]), ("x ${NOT:-$TWO}", ["x", "a", "b"]),
        ("x ${SET:+y}", ["x", "y"]), ("x ${EMPTY:+y}", ["x"]), ("x ${EMPTY+y}", ["x", "y"]),
        ("x ${NOT+y} z", ["x", "z"]), ("x --a=${NOT:-1}2", ["x", "--a=12"]),
        ("x ${SET:-'a b' c}", ["x", "s"]), ("x ${NOT:-a;b}", ["x", "a;b"]),
        ("x \"${NOT:-a\\}b}\"", ["x", "a}b"]), ("x \"$FILES\"", ["x", "*.c"]),
    ])
    func `has a word to take instead, as in a shell`(line: String, words: [String]) throws {
        #expect(try read(line) == .words(words.map { ByteString($0) }))
    }

    @Test(arguments: [
        "x ${NOT:=d}", "x ${NOT:?d}", "x ${SET#s}", "x ${#SET}", "x ${NOT:-$(y)}", "x ${NOT:-`y`}",
        "x ${NOT:-*}", "x ${NOT:-d", "x $FILES", "x $PWD", "x ${PWD:-y}", "x ${SET:1:2}",
    ])
    func `that only a shell can work out is left to it`(line: String) throws {
        #expect(try read(line) == .needsShell)
    }

    @Test
    func `gives its octets as they are`() throws {
        #expect(try read("x a$ODD") == .words(["x", ByteString([0x61, 0xE9])]))
        let line = ByteString(Array("x ".utf8) + [0xFF])
        #expect(try ShellWords.read(line) { _ in .unset } == .words(["x", ByteString([0xFF])]))
    }

    @Test(arguments: [
        "type sh", "times", "hash -r", "getopts a b", "readonly X", "ulimit -n", "umask", "trap x",
        ". ./x", "source x", ":", "exit 7", "exec", "local x", "return", "wait", "jobs", "fg",
    ])
    func `a command that a shell has built in is run by one`(line: String) throws {
        #expect(try read(line) == .needsShell)
    }

    @Test(arguments: [
        ("x $PRT", ["PRT"]), ("x ${PRT} \"$A\"", ["PRT", "A"]), ("x '$PRT'", []),
        ("x \\$PRT", []), ("x ${PRT:-1}", []), ("A=1; x $A", []), ("for f in x; do y $f; done", []),
        ("x $1 $$ $(y)", []), ("x $PRT $PRT", ["PRT"]), ("x '", []), ("x \\", []), ("$", []),
        ("x \"it's\" $PRT", ["PRT"]),
    ])
    func `that the line needs to be set is found`(line: String, names: [String]) {
        #expect(VariableMentions.of(ByteString(line)) == names)
    }
}
