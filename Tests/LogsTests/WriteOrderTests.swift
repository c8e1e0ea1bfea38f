import Basics
import TestSupport
import Testing

@testable import Logs

@Suite struct WriteOrderTests {
    /// The lines as they are handed out: those of `out` and `err`, where the kernel told of these
    /// writes (`o` and `e`).
    private func merged(_ writes: String, out: String, err: String) -> String {
        var order = WriteOrder()
        for write in writes { order.note(write == "o" ? .out : .err) }
        var all = ""
        order.merge(out: Array(out.utf8).span, err: Array(err.utf8).span) { stream, bytes in
            all += (stream == .out ? "" : "!") + Utf8.string(bytes)
        }
        return all.replacing("\n", with: " ")
    }

    @Test func `lines that were written in turns come out in turns`() {
        #expect(merged("oeoe", out: "1\n3\n", err: "2\n4\n") == "1 !2 3 !4 ")
        #expect(merged("eoe", out: "2\n", err: "1\n3\n") == "!1 2 !3 ")
    }

    @Test func `several lines of one turn stay together`() {
        #expect(merged("oooe", out: "1\n2\n3\n", err: "4\n") == "1 2 3 !4 ")
        #expect(merged("oeeo", out: "1\n4\n", err: "2\n3\n") == "1 !2 3 4 ")
    }

    @Test func `more lines than turns are spread over them`() {
        #expect(merged("oeo", out: "1\n2\n4\n5\n", err: "3\n") == "1 2 !3 4 5 ")
    }

    @Test func `a turn has none if its line was taken before`() {
        #expect(merged("oeoe", out: "2\n", err: "1\n3\n") == "!1 2 !3 ")
    }

    @Test func `what no turn tells of comes last`() {
        #expect(merged("", out: "1\n", err: "") == "1 ")
        #expect(merged("o", out: "1\n", err: "2\n") == "1 !2 ")
        #expect(merged("eo", out: "2\nand", err: "1\n") == "!1 2 and")
    }

    @Test(arguments: [("oeo", true), ("oeoe", false), ("o", true), ("oeoeo", false)])
    func `a line that no turn brought is told`(writes: String, isShort: Bool) {
        var order = WriteOrder()
        for write in writes { order.note(write == "o" ? .out : .err) }
        let (out, err) = (Array("1\n3\n".utf8), Array("2\n4\n".utf8))
        let none: [UInt8] = []
        let both = order.isShort(out: out.span, err: err.span)
        #expect(both == isShort)
        // Where the other pipe had nothing a single turn may have brought all of it.
        let one = order.isShort(out: out.span, err: none.span)
        let other = order.isShort(out: none.span, err: err.span)
        #expect(!one && other == !writes.contains("e"))
    }

    @Test func `the turns that are taken bring a line each, and the later ones stay`() {
        var order = WriteOrder()
        for write in "oeoeoeo" { order.note(write == "o" ? .out : .err) }
        let (out, err) = (Array("1\n3\n".utf8), Array("2\n4\n".utf8))
        let taken = order.take(out: out.span, err: err.span)
        #expect(taken.turns == [.out, .err, .out, .err])
        #expect(order.turns == [.out, .err, .out])
        let rest = order.take(out: out.span, err: err.span)
        #expect(rest.turns == [.out, .err, .out] && order.turns.isEmpty)
    }

    @Test func `nothing is lost or said twice, whatever was told`() {
        var dice = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            func text(_ name: String) -> String {
                (0..<Int.random(in: 0..<9, using: &dice)).map { "\(name)\($0)" }
                    .joined(separator: "\n") + (Bool.random(using: &dice) ? "\n" : "")
            }
            let writes = String((0..<Int.random(in: 0..<9)).map { _ in Bool.random() ? "o" : "e" })
            var order = WriteOrder()
            for write in writes { order.note(write == "o" ? .out : .err) }
            let (out, err) = (text("o"), text("e"))
            var parts = [Stream.out: "", .err: ""]
            order.merge(out: Array(out.utf8).span, err: Array(err.utf8).span) { stream, bytes in
                parts[stream]? += Utf8.string(bytes)
            }
            #expect(parts[.out] == out && parts[.err] == err)
        }
    }
}
