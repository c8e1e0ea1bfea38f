import Basics
import TestSupport
import Testing

@testable import Control

@Suite struct FramingTests {
    /// All example replies as they go over the wire.
    private func wire() -> [UInt8] {
        var queue = ByteQueue(capacity: 64)
        for reply in Words.replies { Framing.append(reply, to: &queue) }
        return array(queue.bytes)
    }

    @Test(arguments: 1...40)
    func `words arrive whole and in order, in whatever pieces they come`(size: Int) throws {
        let bytes = wire()
        var queue = ByteQueue(capacity: 16)
        var words: [ControlReply] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + size)
            queue.append(bytes.span.extracting(start..<end))
            start = end
            while let word: ControlReply = try Framing.take(from: &queue) { words.append(word) }
        }
        #expect(words == Words.replies)
        let left = queue.count
        #expect(left == 0)
    }

    @Test func `nothing is taken before a frame is whole`() throws {
        let bytes = wire()
        let first = 4 + frame(Words.replies[0]).count
        for count in 0..<first {
            var queue = ByteQueue(capacity: 16)
            queue.append(bytes.span.extracting(0..<count))
            let word: ControlReply? = try Framing.take(from: &queue)
            #expect(word == nil)
            let left = queue.count
            #expect(left == count)
        }
    }

    @Test func `a frame that is announced too long is refused before it comes`() throws {
        var queue = ByteQueue(capacity: 16)
        queue.append([0x01, 0x00, 0x10, 0x00].span)
        #expect(throws: Misspelling.self) { try Framing.take(ControlReply.self, from: &queue) }
        var longest = ByteQueue(capacity: 16)
        longest.append([0x00, 0x00, 0x10, 0x00].span)
        #expect(try Framing.take(ControlReply.self, from: &longest) == nil)
    }

    @Test func `a frame with something behind its word is refused`() {
        var queue = ByteQueue(capacity: 16)
        queue.append([2, 0, 0, 0, 1, 0].span)
        #expect(throws: Misspelling.self) { try Framing.take(ControlRequest.self, from: &queue) }
    }
}
