import Basics
import Kernel
import Synchronization
import TestSupport

/// A backend whose every byte a test decides: each connection runs the script on a thread of its
/// own.
final class ScriptedBackend: Sendable {
    let address: Address
    private let shared: Shared

    private final class Shared: Sendable {
        let listener: Descriptor
        let stop: Waker
        let requests = Mutex<[String]>([])
        /// How many connections are being served.
        let served = Mutex(0)

        init() throws(Failure) {
            do throws(SystemError) {
                listener = try Socket.listen(on: .loopback(port: 0))
                stop = try Waker()
            } catch { throw Failure("\(error)") }
        }
    }

    /// `most`: how many connections it serves at a time; it accepts no other before one has ended.
    init(
        serving most: Int = .max,
        _ script: @escaping @Sendable (ScriptedConnection) throws(Failure) -> Void
    ) throws(Failure) {
        let shared = try Shared()
        self.shared = shared
        do throws(SystemError) { address = try Socket.localAddress(of: shared.listener) } catch {
            throw Failure("\(error)")
        }
        Thread.start(named: "backend") { Self.accept(shared, most, script) }
    }

    deinit { shared.stop.wake() }

    /// The heads and bodies that came, in order.
    var requests: [String] { shared.requests.withLock { $0 } }

    private static func accept(
        _ shared: Shared, _ most: Int,
        _ script: @escaping @Sendable (ScriptedConnection) throws(Failure) -> Void
    ) {
        guard let poller = try? Poller() else { return }
        try? poller.add(shared.listener.reference, for: .readable, token: Token(kind: 1))
        try? poller.add(shared.stop.reference, for: .readable, token: Token(kind: 2))
        while true {
            let count = poller.wait(timeout: nil)
            for index in 0..<count where poller.event(index).token.kind == 2 { return }
            while shared.served.withLock({ $0 }) >= most { Poll.sleep(.milliseconds(1)) }
            guard case .connection(let socket, _) = Socket.accept(from: shared.listener.reference)
            else { continue }
            let connection = ScriptedConnection(socket) { request in
                shared.requests.withLock { $0.append(request) }
            }
            shared.served.withLock { $0 += 1 }
            Thread.start(named: "script") {
                Self.run(connection, script)
                shared.served.withLock { $0 -= 1 }
            }
        }
    }
}

extension ScriptedBackend {
    /// The connection has ended when this returns.
    private static func run(
        _ connection: consuming ScriptedConnection,
        _ script: (ScriptedConnection) throws(Failure) -> Void
    ) { try? script(connection) }
}

/// One connection of a scripted backend; it ends with the script.
final class ScriptedConnection: @unchecked Sendable {
    private let socket: Descriptor
    private var input = ""
    private let note: @Sendable (String) -> Void

    init(_ socket: consuming Descriptor, _ note: @escaping @Sendable (String) -> Void) {
        self.socket = socket
        self.note = note
    }

    /// The next request with its body; nothing when the client has ended.
    func request() throws(Failure) -> String? {
        while true {
            if let length = lengthOfRequest(), input.utf8.count >= length {
                let whole = String(decoding: Array(input.utf8.prefix(length)), as: UTF8.self)
                input = String(decoding: Array(input.utf8.dropFirst(length)), as: UTF8.self)
                note(whole)
                return whole
            }
            if try !receive() { return nil }
        }
    }

    /// The next request's head alone.
    func head() throws(Failure) -> String? {
        while true {
            if let end = input.range(ofBlankLine: ()) {
                let head = String(input.prefix(end))
                input = String(
                    decoding: Array(input.utf8.dropFirst(head.utf8.count)), as: UTF8.self)
                note(head)
                return head
            }
            if try !receive() { return nil }
        }
    }

    /// What has come and has not been taken.
    var unread: String { input }

    /// Takes what has come.
    func takeUnread() -> String {
        defer { input = "" }
        return input
    }

    /// How many bytes head and body take; nil where that can't be told yet.
    private func lengthOfRequest() -> Int? {
        guard let end = input.range(ofBlankLine: ()) else { return nil }
        let head = String(input.prefix(end))
        let answer = Answer(head: head)
        let bodyStart = head.utf8.count
        if answer.field("transfer-encoding") == nil {
            return bodyStart + (answer.field("content-length").flatMap { Int($0) } ?? 0)
        }
        let bytes = Array(input.utf8)
        var position = bodyStart
        while let lineEnd = bytes[position...].firstIndex(of: 10) {
            let line = String(decoding: bytes[position..<lineEnd], as: UTF8.self)
            guard let size = Int(line.prefix { $0.isHexDigit }, radix: 16) else { return nil }
            position = lineEnd + 1
            if size == 0 { return endOfTrailers(bytes, position) }
            position += size + 2
            if position > bytes.count { return nil }
        }
        return nil
    }

    private func endOfTrailers(_ bytes: [UInt8], _ start: Int) -> Int? {
        var position = start
        while let lineEnd = bytes[position...].firstIndex(of: 10) {
            let isEmpty = lineEnd <= position + 1
            position = lineEnd + 1
            if isEmpty { return position }
        }
        return nil
    }

    /// Reads something; false at the end.
    func receive() throws(Failure) -> Bool {
        var queue = ByteQueue(capacity: 65536)
        guard Poll.wait(for: .readable, on: socket.reference, timeout: patience) else {
            throw Failure("the balancer said nothing")
        }
        switch socket.receive(into: &queue) {
        case .moved:
            var bytes: [UInt8] = []
            let span = queue.bytes
            for index in span.indices { bytes.append(span[index]) }
            input += String(decoding: bytes, as: UTF8.self)
            return true
        case .wouldBlock: return true
        case .end, .failed: return false
        }
    }

    func send(_ text: String) throws(Failure) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            _ = Poll.wait(for: .writable, on: socket.reference, timeout: patience)
            switch socket.send(bytes.span.extracting(sent..<bytes.count)) {
            case .moved(let count): sent += count
            case .wouldBlock: continue
            case .end, .failed: throw Failure("the balancer takes nothing")
            }
        }
    }

    /// Answers with 200 and this body.
    func answer(_ body: String) throws(Failure) {
        try send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Says that no more will be sent.
    func endSending() { Socket.endSending(socket) }

    /// What has come and was not taken by `request`, after waiting for `count` bytes of it.
    func bytes(_ count: Int) throws(Failure) -> String {
        while input.utf8.count < count {
            if try !receive() { throw Failure("the end came after '\(input)'") }
        }
        let taken = String(decoding: Array(input.utf8.prefix(count)), as: UTF8.self)
        input = String(decoding: Array(input.utf8.dropFirst(count)), as: UTF8.self)
        return taken
    }

    /// Makes the end of the script a reset.
    func reset() { Socket.resetOnClose(socket) }

    /// Waits for the balancer to end the connection.
    func awaitEnd() throws(Failure) { while try receive() {} }
}

extension String {
    /// How many characters there are up to and with the first empty line.
    fileprivate func range(ofBlankLine: Void) -> Int? {
        // A line end of CR and LF is one Character.
        var previous: Character?
        var count = 0
        for character in self {
            count += 1
            if character == "\r\n" && previous == "\r\n" { return count }
            previous = character
        }
        return nil
    }
}
