import Basics
import HTTP1
import Testing

@testable import Balancing

@Suite struct RelayTests {
    /// The macro can't take apart what it may not copy; so it is given the outcome.
    private func expect(
        _ holds: Bool, _ comment: @autoclosure () -> Comment? = nil,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(holds, comment(), sourceLocation: location)
    }

    /// What a relay would send now, sent.
    private func takeAll(_ relay: inout Relay) -> String {
        var text = ByteQueue(capacity: 64)
        text.append(relay.first(.max))
        let count = relay.pendingCount
        relay.didSend(count)
        return string(text)
    }

    private func string(_ queue: borrowing ByteQueue) -> String {
        let span = queue.bytes
        var bytes: [UInt8] = []
        for index in span.indices { bytes.append(span[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func relay(_ sent: Relay.Sent, _ head: String, _ body: BodyFraming) -> Relay {
        var relay = Relay(sent: sent)
        relay.queue = ByteQueue(capacity: 4096, headroom: 64)
        relay.queue.append(text: head)
        let framing = body == .chunked ? ByteQueue(capacity: 4096) : ByteQueue()
        relay.headEnded(
            head.utf8.count, body: body, asChunks: true, trailers: true, framing: framing)
        return relay
    }

    @Test func `a body of known length ends where it says and the rest stays for the next`() {
        var relay = relay(.kept, "HEAD", .length(5))
        relay.queue.append(text: "helloNEXT")
        expect(relay.digest() == nil)
        expect(relay.isComplete)
        expect(relay.bodyBytes == 5)
        expect(takeAll(&relay) == "HEADhello")
        relay.dropMessage()
        expect(string(relay.queue) == "NEXT")
    }

    @Test func `a message without a body is complete with its head`() {
        let relay = relay(.dropped, "HEAD", .none)
        expect(relay.isComplete)
        expect(relay.pendingCount == 4)
    }

    @Test func `a body until the close is complete when its sender ends and not before`() {
        var relay = relay(.dropped, "HEAD", .untilClose)
        relay.queue.append(text: "some")
        expect(relay.digest() == nil)
        expect(!relay.isComplete)
        expect(relay.sourceEnded())
        expect(relay.isComplete)
    }

    @Test func `an end in the middle of a body of known length is no proper end`() {
        var relay = relay(.dropped, "HEAD", .length(10))
        relay.queue.append(text: "some")
        expect(relay.digest() == nil)
        expect(!relay.sourceEnded())
    }

    @Test func `a chunked body is framed anew, without extensions, however it is split`() {
        let body = "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n"
        let bytes = Array(body.utf8)
        for step in 1...bytes.count {
            var relay = relay(.dropped, "HEAD", .chunked)
            var sent = takeAll(&relay)
            var offset = 0
            while offset < bytes.count {
                let end = min(offset + step, bytes.count)
                for byte in bytes[offset..<end] { relay.queue.append(byte) }
                expect(relay.digest() == nil)
                sent += takeAll(&relay)
                offset = end
            }
            expect(relay.isComplete, "step \(step)")
            expect(relay.bodyBytes == 11)
            expect(!sent.contains("ext"))
            expect(sent.hasPrefix("HEAD"))
            expect(decoded(String(sent.dropFirst(4))) == "hello world", "step \(step): \(sent)")
            expect(sent.hasSuffix("X-Sum: 1\r\n\r\n"))
        }
    }

    private func decoded(_ chunks: String) -> String? {
        var queue = ByteQueue(capacity: 1024)
        queue.append(text: chunks)
        var decoder = ChunkedDecoder(from: .backend)
        var text = ByteQueue(capacity: 64)
        var offset = 0
        while true {
            switch decoder.next(queue.bytes, from: offset) {
            case .data(let range):
                text.append(queue.bytes.extracting(range))
                offset = range.upperBound
            case .end: return string(text)
            case .needsMore, .malformed: return nil
            }
        }
    }

    @Test func `what was sent is kept for another backend until there is no room`() {
        var relay = relay(.kept, "HEAD", .length(10_000))
        for _ in 0..<1000 { relay.queue.append(text: "x") }
        expect(relay.digest() == nil)
        relay.didSend(relay.pendingCount)
        expect(relay.isWhole)
        relay.rewind()
        expect(relay.pendingCount == 1004)
        relay.didSend(1004)
        while relay.queue.room > 0 { relay.queue.append(text: "y") }
        expect(relay.digest() == nil)
        expect(relay.isWhole)
        expect(relay.makeRoom())
        expect(!relay.isWhole)
    }

    @Test func `what was sent of a response is not kept`() {
        var relay = relay(.dropped, "HEAD", .length(3))
        relay.queue.append(text: "abc")
        expect(relay.digest() == nil)
        relay.didSend(2)
        expect(relay.pendingCount == 5)
        relay.didSend(5)
        expect(relay.queue.isEmpty)
    }

    @Test func `a longer head moves what follows it and loses nothing`() {
        var relay = Relay(sent: .kept)
        relay.queue = ByteQueue(capacity: 64, headroom: 4)
        relay.queue.append(text: "oldBODY")
        var head = ByteQueue(capacity: 64)
        head.append(text: "a much longer head than there was ")
        relay.replaceHead(3, with: head)
        expect(string(relay.queue) == "a much longer head than there was BODY")
    }

    @Test func `interim heads are sent before the final one`() {
        var relay = Relay(sent: .dropped)
        relay.queue = ByteQueue(capacity: 256, headroom: 64)
        relay.queue.append(text: "100-headFINAL")
        relay.interimHeadEnded(8)
        var head = ByteQueue(capacity: 64)
        head.append(text: "final")
        relay.replaceHead(5, with: head)
        relay.headEnded(
            5, body: .none, asChunks: true, trailers: true, framing: ByteQueue())
        expect(takeAll(&relay) == "100-headfinal")
    }
}
