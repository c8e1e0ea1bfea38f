import Basics
import Kernel
import TestSupport
import Testing

/// A balancer between a client and one backend, both of whose bytes a test decides and sees.
///
/// The backend answers a target as the test says, and any other with what was asked for, so that
/// an answer shows whose it is.
struct Gateway {
    /// What the backend says to a request, and what it does then.
    struct Reply: Sendable {
        enum Ending: Sendable {
            case kept, closed, reset
        }

        let text: String
        let ending: Ending

        init(_ text: String, then ending: Ending = .kept) {
            self.text = text
            self.ending = ending
        }
    }

    let backend: ScriptedBackend
    let balanced: Balanced

    init(
        _ words: [String] = [],
        reply: @escaping @Sendable (_ target: String) -> Reply? = { _ in nil }
    ) throws(Failure) {
        try self.init(words) { (connection) throws(Failure) in
            while let request = try connection.request() {
                let target = Gateway.target(request)
                guard let reply = reply(target) else {
                    try Gateway.answer(request, over: connection)
                    continue
                }
                try connection.send(reply.text)
                switch reply.ending {
                case .kept: continue
                case .closed: return
                case .reset:
                    connection.reset()
                    return
                }
            }
        }
    }

    init(
        _ words: [String] = [],
        script: @escaping @Sendable (ScriptedConnection) throws(Failure) -> Void
    ) throws(Failure) {
        backend = try ScriptedBackend(script)
        balanced = try Balanced([backend.address], ["--health-check", "off"] + words)
    }

    /// Whether a Via names this balancer and no other.
    static func isOurs(_ via: String?) -> Bool {
        guard let via, via.hasPrefix("1.1 lbctl-") else { return false }
        return via.dropFirst(4).allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
    }

    /// Answers with the request line, which names whose answer it is.
    static func answer(_ request: String, over connection: ScriptedConnection) throws(Failure) {
        let line = request.prefix { $0 != "\r\n" }
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(line.utf8.count)\r\n\r\n"
        try connection.send(request.hasPrefix("HEAD ") ? head : head + line)
    }

    static func target(_ request: String) -> String {
        let words = request.prefix { $0 != "\r\n" }.split(separator: " ")
        return words.count > 1 ? String(words[1]) : ""
    }

    /// The body of what the backend got, without its head.
    static func body(_ request: String) -> String {
        let bytes = Array(request.utf8)
        for index in bytes.indices.dropLast(3)
        where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13 {
            return String(decoding: bytes[(index + 4)...], as: UTF8.self)
        }
        return ""
    }

    /// The lines of a head, without those that the balancer adds to each.
    static func lines(_ request: String) -> [String] {
        let own = ["via:", "x-forwarded-", "x-request-id:"]
        return request.split(separator: "\r\n").map(String.init).filter { line in
            !own.contains { line.lowercased().hasPrefix($0) }
        }
    }

    func client() throws(Failure) -> Client { try Client(balanced.address) }

    /// Sends `text` over a connection of its own and reads one answer.
    func ask(_ text: String, method: String = "GET") throws(Failure) -> Answer {
        let client = try client()
        try client.send(text)
        return try client.answer(to: method)
    }

    /// An ordinary request has its own answer still.
    func expectOrdinary(
        after what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let marker = "/ordinary/\(backend.requests.count)"
        let answer = try? ask("GET \(marker) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(
            answer?.text == "GET \(marker) HTTP/1.1", "after \(what.debugDescription)",
            sourceLocation: sourceLocation)
    }

    /// `text`, with a request behind it that must not be taken for one, is refused: the client is
    /// told why and sees the end of the connection, and the backend sees no request.
    func expectRefusal(
        _ text: String, _ statuses: Set<Int> = [400], hidden: Bool = true,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws(Failure) {
        let before = backend.requests.count
        let client = try client()
        try client.send(text + (hidden ? "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n" : ""))
        let answer = try client.answer()
        #expect(
            statuses.contains(answer.status), "\(answer.status) to \(text.debugDescription)",
            sourceLocation: sourceLocation)
        #expect(
            answer.field("connection") == "close", "\(text.debugDescription)",
            sourceLocation: sourceLocation)
        #expect(client.isClosed(), "\(text.debugDescription)", sourceLocation: sourceLocation)
        #expect(
            backend.requests.count == before, "\(text.debugDescription) reached the backend",
            sourceLocation: sourceLocation)
    }
}
