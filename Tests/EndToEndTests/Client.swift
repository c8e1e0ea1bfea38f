import Basics
import Kernel
import TestSupport

/// A client that waits: bytes out, bytes in. It knows just enough of HTTP to find the end of an
/// answer, and knows it by itself, so that it does not share the programs' errors.
final class Client: @unchecked Sendable {
    private let socket: Descriptor
    private var input = ByteQueue(capacity: 65536)

    init(_ address: Address) throws(Failure) {
        do throws(SystemError) {
            socket = try Socket.connect(to: address)
        } catch { throw Failure("\(address): \(error)") }
        _ = Poll.wait(for: .writable, on: socket.reference, timeout: patience)
        if let error = Socket.pendingError(of: socket) { throw Failure("\(address): \(error)") }
    }

    /// The other end of a connection that was accepted.
    init(_ socket: consuming Descriptor) { self.socket = socket }

    /// Makes the end of this client a reset.
    func reset() { Socket.resetOnClose(socket) }

    func send(_ text: String) throws(Failure) { try send(Array(text.utf8)) }

    /// Sends all of it, however long the other side takes.
    func send(_ bytes: [UInt8]) throws(Failure) {
        var sent = 0
        while sent < bytes.count {
            sent += try sendSome(bytes, from: sent, within: patience)
        }
    }

    /// Waits until the other side has read the first `count` bytes that were sent.
    func awaitRead(of count: Int) throws(Failure) {
        let isRead = eventually { Socket.isUnread(by: socket, of: UInt64(count)) == false }
        if !isRead { throw Failure("what was sent is not read") }
    }

    /// Sends what the kernel takes at once, after waiting for it to take anything.
    func sendSome(
        _ bytes: [UInt8], from start: Int, within span: Nanoseconds
    ) throws(Failure) -> Int {
        if !Poll.wait(for: .writable, on: socket.reference, timeout: span) { return 0 }
        switch socket.send(bytes.span.extracting(start..<bytes.count)) {
        case .moved(let count): return count
        case .wouldBlock: return 0
        case .end: throw Failure("nothing can be sent")
        case .failed(let errno): throw Failure("send: \(errno)")
        }
    }

    func endSending() { Socket.endSending(socket) }

    /// The next bytes, as they come; none at the end.
    func some(within span: Nanoseconds = patience) throws(Failure) -> [UInt8] {
        if input.isEmpty, try !receive(within: span) { return [] }
        let bytes = array(input.bytes)
        input.removeAll()
        return bytes
    }

    /// All bytes up to the end.
    func rest() throws(Failure) -> [UInt8] {
        while try receive(within: patience) {}
        let bytes = array(input.bytes)
        input.removeAll()
        return bytes
    }

    /// Whether the other side has closed, or does so in this time.
    func isClosed(within span: Nanoseconds = patience) -> Bool {
        do throws(Failure) {
            return try !receive(within: span)
        } catch { return error.description.hasPrefix("receive") }
    }

    /// One answer; interim ones (100) are passed over.
    func answer(to method: String = "GET") throws(Failure) -> Answer {
        while true {
            let head = try take(through: "\r\n\r\n")
            var answer = Answer(head: String(decoding: head, as: UTF8.self))
            if answer.status / 100 == 1 && answer.status != 101 { continue }
            if method == "HEAD" || [101, 204, 304].contains(answer.status) { return answer }
            if answer.field("transfer-encoding") == "chunked" {
                answer.body = try chunks()
            } else if let text = answer.field("content-length"), let count = Int(text) {
                answer.body = try take(count)
            } else {
                answer.body = try rest()
            }
            return answer
        }
    }

    /// One request and its answer on a connection of their own.
    static func get(
        _ address: Address, _ path: String, method: String = "GET", fields: String = "",
        body: String = ""
    ) throws(Failure) -> Answer {
        let client = try Client(address)
        let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
        try client.send(
            "\(method) \(path) HTTP/1.1\r\nHost: \(address)\r\nConnection: close\r\n"
                + "\(length)\(fields)\r\n\(body)")
        return try client.answer(to: method)
    }

    private func chunks() throws(Failure) -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = String(decoding: try take(through: "\r\n").dropLast(2), as: UTF8.self)
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else {
                throw Failure("'\(line)' is no chunk size")
            }
            if size == 0 { break }
            body += try take(size)
            _ = try take(2)
        }
        while try take(through: "\r\n").count > 2 {}
        return body
    }

    private func take(_ count: Int) throws(Failure) -> [UInt8] {
        while input.count < count {
            if try !receive(within: patience) {
                throw Failure("the end came after \(input.count) of \(count) bytes")
            }
        }
        let bytes = array(input.bytes.extracting(0..<count))
        input.consume(count)
        return bytes
    }

    private func take(through mark: String) throws(Failure) -> [UInt8] {
        let mark = Array(mark.utf8)
        var seen = 0
        while true {
            let found = Self.end(of: mark, in: input.bytes, from: max(0, seen - mark.count))
            if let found { return try take(found) }
            seen = input.count
            if try !receive(within: patience) {
                throw Failure("the end came after \(input.count) bytes, before a line's")
            }
        }
    }

    private static func end(of mark: [UInt8], in bytes: Span<UInt8>, from start: Int) -> Int? {
        if bytes.count < mark.count { return nil }
        for index in start...bytes.count - mark.count {
            if mark.indices.allSatisfy({ bytes[index + $0] == mark[$0] }) {
                return index + mark.count
            }
        }
        return nil
    }

    /// False at the end.
    private func receive(within span: Nanoseconds) throws(Failure) -> Bool {
        input.reserve(65536)
        while true {
            if !Poll.wait(for: .readable, on: socket.reference, timeout: span) {
                throw Failure("nothing came in \(span.seconds) s")
            }
            switch socket.receive(into: &input) {
            case .moved: return true
            case .wouldBlock: continue
            case .end: return false
            case .failed(let errno): throw Failure("receive: \(errno)")
            }
        }
    }
}

/// An answer as a client sees it.
struct Answer {
    let head: String
    let status: Int
    var body: [UInt8] = []
    var text: String { String(decoding: body, as: UTF8.self) }

    init(head: String) {
        self.head = head
        let words = head.split(separator: " ", maxSplits: 2)
        status = words.count > 1 ? Int(words[1].prefix(3)) ?? 0 : 0
    }

    /// The value of the first field of this name, in lower case.
    func field(_ name: String) -> String? {
        // A line end of CR and LF is one Character.
        for line in head.split(separator: "\r\n").dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            if line[..<colon].lowercased() == name {
                return line[line.index(after: colon)...].drop { $0 == " " }.description
            }
        }
        return nil
    }
}
