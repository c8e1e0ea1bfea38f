import Basics
import Control
import Testing

@testable import Planning

@Suite("A command line")
struct ShellWordsTests {
    private func read(_ line: String) throws -> ShellWords {
        let known: [String: ByteString] = [
            "PORT": "3000", "TWO": "a b", "EMPTY": "", "GLOB": "*.c", "HERE": "[::1]:80",
        ]
        return try ShellWords.read(line) { name in
            name == "LATER" ? .knownLater : known[name].map { .set($0) } ?? .unset
        }
    }

    @Test(arguments: [
        ("lb-echo --port $PORT", ["lb-echo", "--port", "3000"]),
        ("a  b\tc", ["a", "b", "c"]),
        ("a 'b c' \"d e\"", ["a", "b c", "d e"]),
        ("a\\ b", ["a b"]),
        ("x--port=${PORT}y", ["x--port=3000y"]),
        ("x $TWO \"$TWO\"", ["x", "a", "b", "a b"]),
        ("x $EMPTY '' y", ["x", "", "y"]),
        ("x '$PORT' \"\\$PORT\"", ["x", "$PORT", "$PORT"]),
        ("x $UNSET", ["x"]),
        ("x a=b c#d e~f", ["x", "a=b", "c#d", "e~f"]),
        ("x [::1]:80 --listen=[fe80::1]:$PORT", ["x", "[::1]:80", "--listen=[fe80::1]:3000"]),
        ("x [::ffff:1.2.3.4]:80 $HERE", ["x", "[::ffff:1.2.3.4]:80", "[::1]:80"]),
        ("", []), ("exec a b", ["a", "b"]), ("\"exec\" a", ["a"]),
    ])
    func `is cut where a shell would cut it`(line: String, words: [String]) throws {
        #expect(try read(line) == .words(words.map { ByteString($0) }))
    }

    @Test(arguments: [
        "a | b", "a && b", "a; b", "a > b", "a < b", "a `b`", "a $(b)", "a \"$(b)\"", "a *.c",
        "a b?", "A=1 a", "~/a", "a # b", "(a)", "a ${B:=c}", "a $", "a [b]", "a {b,c}",
        "a [::1]", "a [1:2]:3", "a [::1", "a [::g]:80", "a [::1]:*", "a [::1]x:80", "a $GLOB",
        "echo \"$0\"", "a $1", "a ${1}", "cd app",
        ". ./env", "exec -a b c", "export A", "ulimit -n 9",
    ])
    func `that only a shell understands is left to it`(line: String) throws {
        #expect(try read(line) == .needsShell)
    }

    @Test(arguments: ["a 'b", "a \"b", "a \"b\\\""])
    func `with an open quote is refused`(line: String) {
        #expect(throws: Refusal.self) { try read(line) }
    }

    @Test(arguments: ["plain", "", "a b", "it's", "$x", "a|b", "\"q\"", "back\\slash", "é", "#"])
    func `a word that is quoted is read as it was`(word: String) throws {
        #expect(
            try ShellWords.read("x " + ShellWords.quoted(word)) { _ in .unset }
                == .words(["x", ByteString(word)]))
    }
}
