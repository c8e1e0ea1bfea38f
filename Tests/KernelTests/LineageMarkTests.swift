import Basics
import TestSupport
import Testing

@testable import Kernel

@Suite("A mark of descent")
struct LineageMarkTests {
    @Test
    func `stays with a process that gives up all else`() throws {
        let mark = LineageMark(owner: 4_194_304, number: 300)
        #expect(mark.owner == 4_194_304)
        let said = try Pipe()
        var plan = SpawnPlan(
            path: "/bin/sh",
            arguments: [
                "sh", "-c",
                "setsid env -i /bin/sh -c 'echo $$; exec >&- 2>&-; exec /bin/sleep 1000' &",
            ],
            environment: ["PATH=/usr/bin:/bin"],
            descriptors: [nil, said.writeEnd.reference, nil])
        plan.mark = mark
        let child = try Child(plan)
        var line = ByteQueue(capacity: 64)
        while !text(line).hasSuffix("\n"), case .moved = said.readEnd.read(into: &line) {}
        let pid = try #require(Int32(text(line).dropLast()))
        defer { Signals.send(.kill, to: pid) }
        #expect(LineageMark.of(pid) == mark)
        _ = end(of: child)
    }

    @Test
    func `is not there where none was given`() {
        #expect(LineageMark.of(1) == nil)
        #expect(LineageMark.of(-1) == nil)
    }

    @Test
    func `tells kinds and owners apart`() {
        var marks: Set<LineageMark> = []
        for owner in [1, 2, 4_194_304] as [Int32] {
            for number in [0, 1, 255, 256, 70_000] {
                marks.insert(LineageMark(owner: owner, number: number))
            }
        }
        #expect(marks.count == 15)
    }
}
