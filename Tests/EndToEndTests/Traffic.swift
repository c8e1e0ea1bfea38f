import TestSupport

/// Requests and messages that are drawn by lot, but the same in every run, so that a failure can
/// be met again.
struct Traffic: RandomNumberGenerator {
    private var dice: Dice

    init(_ seed: UInt64) { dice = Dice(seed) }

    mutating func next() -> UInt64 { dice.next() }

    /// Mostly small, sometimes as large as it may be.
    mutating func size(upTo most: Int) -> Int {
        let bits = most.bitWidth - most.leadingZeroBitCount
        return min(most, Int(next() % (1 << UInt64(Int.random(in: 1...bits, using: &self)))))
    }

    /// Bytes of ASCII, line ends among them, without a period in which a lost or doubled piece
    /// would not show.
    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            var word = next()
            for _ in 0..<8 {
                bytes.append(UInt8(word & 0x7F))
                word >>= 8
            }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

extension Traffic {
    /// A request to lb-echo, and what has to come of it.
    struct Request {
        let method: String
        let bytes: [UInt8]
        let status: Int
        /// The body that comes back; of some only the length is known.
        var body: [UInt8]?
        var length: Int?
    }

    mutating func request() -> Request {
        let most = 100_000
        switch next() % 6 {
        case 0:
            let size = size(upTo: most)
            return Request(
                method: "GET", bytes: Self.head("GET /bytes/\(size)"), status: 200, length: size)
        case 1:
            let size = size(upTo: most)
            return Request(method: "HEAD", bytes: Self.head("HEAD /bytes/\(size)"), status: 200)
        case 2:
            let status = [204, 304, 404, 500].randomElement(using: &self) ?? 204
            return Request(method: "GET", bytes: Self.head("GET /status/\(status)"), status: status)
        case 3:
            let body = bytes(size(upTo: most))
            let head = Self.head("PUT /", "Transfer-Encoding: chunked\r\n")
            return Request(
                method: "PUT", bytes: head + chunks(of: body), status: 200, body: body)
        default:
            let body = bytes(size(upTo: most))
            let head = Self.head("POST /", "Content-Length: \(body.count)\r\n")
            return Request(method: "POST", bytes: head + body, status: 200, body: body)
        }
    }

    private static func head(_ line: String, _ fields: String = "") -> [UInt8] {
        Array("\(line) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
    }

    private mutating func chunks(of body: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        var start = 0
        while start < body.count {
            let end = min(body.count, start + 1 + size(upTo: 20_000))
            let note = next() % 4 == 0 ? ";note=\"a;b\"" : ""
            text += Array((String(end - start, radix: 16) + note + "\r\n").utf8)
            text += body[start..<end]
            text += [13, 10]
            start = end
        }
        let trailer = next() % 2 == 0 ? "X-Sum: 1\r\n" : ""
        return text + Array("0\r\n\(trailer)\r\n".utf8)
    }
}
