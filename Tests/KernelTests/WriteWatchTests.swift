import Basics
import Testing

@testable import Kernel

@Suite struct WriteWatchTests {
    private func taken(_ watch: inout WriteWatch) -> [WriteWatch.Mark] {
        var marks: [WriteWatch.Mark] = []
        watch.takeWrites { marks.append($0) }
        return marks
    }

    @Test func `writes to two pipes are told in their order, those in a row once`() throws {
        let one = try Pipe()
        let other = try Pipe()
        var watch = try WriteWatch()
        let first = try watch.add(one.readEnd.reference)
        let second = try watch.add(other.readEnd.reference)
        for end in [one.writeEnd.reference, other.writeEnd.reference] { end.writeAll("a") }
        for _ in 0..<3 { other.writeEnd.reference.writeAll("b") }
        one.writeEnd.reference.writeAll("c")
        #expect(taken(&watch) == [first, second, first])
        #expect(taken(&watch) == [])
    }

    @Test func `a pipe that is opened anew by its name is the same`() throws {
        let pipe = try Pipe()
        var watch = try WriteWatch()
        let mark = try watch.add(pipe.readEnd.reference)
        let again = try Files.open("/proc/self/fd/\(pipe.writeEnd.reference.text)", for: .append)
        again.reference.writeAll("x")
        #expect(taken(&watch) == [mark])
    }

    @Test func `nothing is told of a pipe that is watched no more, nor of what is read`() throws {
        let pipe = try Pipe()
        var watch = try WriteWatch()
        let mark = try watch.add(pipe.readEnd.reference)
        pipe.writeEnd.reference.writeAll("x")
        #expect(taken(&watch) == [mark])
        var queue = ByteQueue(capacity: 16)
        #expect(pipe.readEnd.read(into: &queue) == .moved(1))
        #expect(taken(&watch) == [])
        watch.remove(mark)
        _ = taken(&watch)
        pipe.writeEnd.reference.writeAll("y")
        #expect(taken(&watch) == [])
    }
}
