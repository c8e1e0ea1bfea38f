import Basics
import Testing

@testable import Balancing

/// One direction of a stream, in a box: the macros can't take apart what they may not copy.
@Suite struct FlowTests {
    private final class Box {
        var flow = Flow()
        var buffers = Buffers()

        var count: UInt64 { flow.count }
        var passed: UInt64 { flow.passed }
        var isUntouched: Bool { flow.isUntouched }
        var isEmpty: Bool { flow.isEmpty }
        var wantsMore: Bool { flow.wantsMore }
        var end: Flow.End { flow.end }
        var isBroken: Bool { flow.isBroken }
        var capacity: Int { flow.queue.capacity }
        var bigLent: Int { buffers.bigLent }
        var text: String { Self.text(flow.queue) }

        func begin(_ text: String, ours: Int) {
            var queue = ByteQueue(capacity: 64)
            queue.append(text: text)
            flow.begin(with: queue, ours: ours)
        }

        /// So many bytes have come, into a buffer of that kind.
        func come(_ count: Int, big: Bool = false) {
            flow.queue = buffers.lend(big: big)
            for index in 0..<count { flow.queue.append(UInt8(truncatingIfNeeded: index)) }
        }

        func pass(_ count: Int) { flow.didPass(count) }
        func tidy() { flow.tidy(in: &buffers) }
        func rewind() { flow.rewind() }

        private static func text(_ queue: borrowing ByteQueue) -> String {
            Utf8.string(queue.bytes)
        }

        /// Whether what is held are the last so many of those that came.
        func holds(_ count: Int, of all: Int) -> Bool {
            Self.holds(flow.queue, count, of: all)
        }

        private static func holds(
            _ queue: borrowing ByteQueue, _ count: Int, of all: Int
        ) -> Bool {
            let bytes = queue.bytes
            return bytes.count == count
                && bytes.indices.allSatisfy {
                    bytes[$0] == UInt8(truncatingIfNeeded: all - count + $0)
                }
        }
    }

    @Test func `what was passed on of the sender's is the sum, without what we put in front`() {
        for ours in [0, 1, 5, 20] {
            for piece in 1...9 {
                let box = Box()
                let header = String(repeating: "h", count: ours)
                box.begin(header + "hello", ours: ours)
                var sum = 0
                while !box.isEmpty {
                    let count = min(piece, ours + 5 - sum)
                    box.pass(count)
                    sum += count
                    #expect(box.count == UInt64(max(0, sum - ours)))
                    #expect(!box.isUntouched && box.text == (header + "hello").dropFirst(sum))
                }
                // What comes behind it is all the sender's.
                box.come(1000)
                box.pass(1000)
                #expect(box.count == 1005 && box.passed == UInt64(ours) + 1005)
            }
        }
    }

    @Test func `more is read only where there is more, all before is gone and it can go on`() {
        for end in [Flow.End.open, .ended, .told] {
            for isBroken in [false, true] {
                for held in [0, 1] {
                    let box = Box()
                    box.flow.end = end
                    box.flow.isBroken = isBroken
                    if held > 0 { box.come(held) }
                    #expect(box.wantsMore == (end == .open && !isBroken && held == 0))
                }
            }
        }
    }

    @Test func `another backend gets it all from the beginning, and is told of the end too`() {
        for (end, after) in [(Flow.End.open, Flow.End.open), (.ended, .ended), (.told, .ended)] {
            let box = Box()
            box.begin("hello", ours: 2)
            box.flow.end = end
            box.flow.isBroken = true
            box.rewind()
            #expect(box.end == after && !box.isBroken && box.text == "hello")
            box.pass(5)
            #expect(box.count == 3)
        }
    }

    @Test func `what has been passed on can't be again`() async {
        await #expect(processExitsWith: .failure) {
            var flow = Flow()
            flow.queue.append("hello")
            flow.didPass(1)
            flow.rewind()
        }
    }

    @Test func `a buffer that is empty serves others, and a big one is not kept for little`() {
        let most = Limits.bulkRead
        for (came, rest, isBig) in [
            (most + 2, most + 1, true), (most + 2, most, false), (most + 2, 1, false),
        ] {
            let box = Box()
            box.come(came, big: true)
            #expect(box.bigLent == 1)
            box.pass(came - rest)
            box.tidy()
            #expect(box.holds(rest, of: came))
            #expect(box.bigLent == (isBig ? 1 : 0))
            #expect(box.capacity == (isBig ? Limits.bodyBuffer : Limits.messageBuffer))
            box.pass(rest)
            box.tidy()
            #expect(box.capacity == 0 && box.bigLent == 0 && box.count == UInt64(came))
        }
    }
}
