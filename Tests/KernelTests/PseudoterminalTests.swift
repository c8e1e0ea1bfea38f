import Basics
import TestSupport
import Testing

@testable import Kernel

@Suite("A pseudoterminal")
struct PseudoterminalTests {
    @Test
    func `is a terminal to the program, and passes on its bytes as they are`() throws {
        let terminal = try Pseudoterminal(columns: 120, rows: 40)
        let near = terminal.near
        do {
            let far = terminal.far
            #expect(far.reference.isTerminal)
            #expect(far.reference.windowColumns == 120)
            _ = near.write(Array("unread\n".utf8).span)
            _ = far.write(Array("a\r\nb\n\u{3}".utf8).span)
        }
        // What was written before the end is not lost by it.
        #expect(allText(near) == "a\r\nb\n\u{3}")
    }

    @Test(arguments: 0..<20)
    func `loses no last words`(_: Int) throws {
        let terminal = try Pseudoterminal(columns: 80, rows: 24)
        let near = terminal.near
        var plan = SpawnPlan(
            path: "/bin/sh", arguments: ["sh", "-c", "seq 1 300; printf tail"],
            environment: ["PATH=/usr/bin:/bin"], descriptors: [nil, nil, nil])
        do {
            let far = terminal.far
            plan.descriptors = [far.reference, far.reference, far.reference]
            let child = try Child(plan)
            _ = end(of: child)
        }
        let all = allText(near)
        #expect(all.hasPrefix("1\n2\n3\n"))
        #expect(all.hasSuffix("\n300\ntail"))
    }
}
