import Basics
import TestSupport
import Testing

@Suite struct ByteQueueTests {
    @Test func `bytes leave in the order they came`() {
        var queue = ByteQueue(capacity: 8)
        queue.append("hello")
        queue.consume(2)
        queue.append(text: " world")
        #expect(text(queue) == "llo world")
    }

    @Test(arguments: [0, 1, 9, 10, 12_345, UInt64.max])
    func `a number is written as people write it`(number: UInt64) {
        var queue = ByteQueue(capacity: 1)
        queue.append(decimal: number)
        #expect(text(queue) == "\(number)")
    }

    @Test func `every number has its digits, all of them and no others`() {
        var numbers = Array(0...20_000 as ClosedRange<UInt64>)
        for power in 1...19 as ClosedRange<Int> {
            var ten: UInt64 = 1
            for _ in 0..<power { ten *= 10 }
            numbers += [ten - 1, ten, ten + 1, ten / 2, ten / 9 * 8, ten &* 9]
        }
        for number in numbers + [99_999_999, 100_000_000, 12_345_678] {
            var queue = ByteQueue(capacity: 32)
            queue.append("x")
            queue.append(decimal: number)
            queue.append("y")
            #expect(text(queue) == "x\(number)y")
        }
        for number in 0..<1000 as Range<UInt32> {
            var queue = ByteQueue(capacity: 8)
            queue.append(decimal: number, width: 3)
            #expect(text(queue) == "\(1000 + number)".dropFirst())
        }
    }

    @Test func `bytes that wait are written over in their place`() {
        var queue = ByteQueue(capacity: 16, headroom: 3)
        queue.append("0123456789")
        queue.consume(2)
        queue.overwrite(0, with: "a".utf8.span)
        queue.overwrite(5, with: "xyz".utf8.span)
        queue.overwrite(8, with: "".utf8.span)
        #expect(text(queue) == "a3456xyz")
    }

    @Test func `headroom lies in front and is what is left of it`() {
        var queue = ByteQueue(capacity: 16, headroom: 6)
        #expect(queue.headroom == 6 && queue.room == 10 && queue.isEmpty)
        queue.append("abc")
        queue.consume(1)
        #expect(queue.headroom == 7)
        queue.removeAll(headroom: 4)
        #expect(queue.headroom == 4 && queue.isEmpty)
    }

    @Test func `a longer head takes the place of a shorter one, into the headroom`() {
        for headroom in 3...8 {
            var queue = ByteQueue(capacity: 32, headroom: headroom)
            queue.append("headBODY")
            queue.replaceFirst(4, with: "longer!".utf8.span)
            #expect(text(queue) == "longer!BODY")
            #expect(queue.headroom == headroom - 3)
        }
    }

    @Test func `a shorter or no head takes the place of a longer one`() {
        var queue = ByteQueue(capacity: 32)
        queue.append("headBODY")
        queue.replaceFirst(4, with: "h".utf8.span)
        #expect(text(queue) == "hBODY")
        queue.replaceFirst(1, with: "".utf8.span)
        #expect(text(queue) == "BODY")
    }

    @Test func `compacting keeps the bytes and moves the room behind them`() {
        var queue = ByteQueue(capacity: 10)
        queue.append("0123456789")
        queue.consume(7)
        #expect(queue.room == 0)
        queue.compact(headroom: 2)
        #expect(text(queue) == "789")
        #expect(queue.headroom == 2 && queue.room == 5)
        queue.compact()
        #expect(queue.headroom == 0 && text(queue) == "789")
    }

    @Test func `what can be had by moving is not had by growing`() {
        var queue = ByteQueue(capacity: 100)
        queue.append(String(repeating: "x", count: 100).utf8.span)
        queue.consume(90)
        queue.reserve(80)
        #expect(queue.capacity == 100)
        queue.reserve(91)
        #expect(queue.capacity > 100 && text(queue) == "xxxxxxxxxx")
    }

    @Test func `truncating keeps the first bytes`() {
        var queue = ByteQueue(capacity: 8)
        queue.append("abcdef")
        queue.consume(1)
        queue.truncate(to: 2)
        #expect(text(queue) == "bc")
    }

    @Test func `filling shows just the room there is`() {
        var queue = ByteQueue(capacity: 8)
        queue.append("ab")
        queue.fill { memory in
            #expect(memory.count == 6)
            memory[0] = 0x63
            return 1
        }
        #expect(text(queue) == "abc")
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `it does what an array would do`(seed: UInt64) {
        var dice = Dice(seed)
        var queue = ByteQueue(capacity: 4, headroom: 2)
        var model: [UInt8] = []
        for _ in 0..<5000 {
            switch Int.random(in: 0..<6, using: &dice) {
            case 0:
                let bytes = (0..<Int.random(in: 0..<40, using: &dice)).map { UInt8($0) }
                queue.append(bytes.span)
                model += bytes
            case 1:
                let count = Int.random(in: 0...model.count, using: &dice)
                queue.consume(count)
                model.removeFirst(count)
            case 2:
                queue.append(7)
                model.append(7)
            case 3:
                queue.compact()
            case 4:
                let count = Int.random(in: 0...model.count, using: &dice)
                queue.truncate(to: count)
                model.removeLast(model.count - count)
            default:
                let count = Int.random(in: 0...model.count, using: &dice)
                let bytes = [UInt8](repeating: 9, count: min(count, 3))
                queue.replaceFirst(count, with: bytes.span)
                model.replaceSubrange(0..<count, with: bytes)
            }
            #expect(array(queue.bytes) == model)
        }
    }

    @Test func `taking more than there is stops the program`() async {
        await #expect(processExitsWith: .failure) {
            var queue = ByteQueue(capacity: 8)
            queue.append("ab")
            queue.consume(3)
        }
    }

    @Test func `a head that does not fit in front stops the program`() async {
        await #expect(processExitsWith: .failure) {
            var queue = ByteQueue(capacity: 8)
            queue.append("ab")
            queue.replaceFirst(1, with: "abc".utf8.span)
        }
    }
}
