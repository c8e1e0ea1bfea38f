/// Requests that a client of the play makes, and the answers of a backend that keeps the rules.
enum Asking {
    private static let methods = ["GET", "POST", "HEAD", "PUT", "DELETE", "POST", "PATCH", "X"]

    /// `kind` says method, framing and what else is asked; `secret` keeps tags from being guessed.
    static func request(tag: Int, kind: Int, size: Int, secret: String) -> [UInt8] {
        let method = methods[kind & 7]
        let manner = kind >> 5 & 7
        let isOld = manner == 2 || manner == 3
        let path = "/t\(tag)-\(secret)"
        var head = "\(method) \(manner == 7 ? "http://abs.example" : "")\(path)"
        head += " HTTP/1.\(isOld ? 0 : 1)\r\nHost: h.example\r\n"
        switch manner {
        case 1: head += "Connection: close\r\n"
        case 3: head += "Connection: keep-alive\r\n"
        case 4: head += "Expect: 100-continue\r\n"
        case 5: head += "Connection: upgrade\r\nUpgrade: websocket\r\n"
        case 6: head += "Connection: x-hop\r\nX-Hop: 1\r\n"
        default: break
        }
        let body = Sample.body(tag, size)
        switch kind >> 3 & 3 {
        case 0: return Array("\(head)\r\n".utf8)
        case 2,
            3 where !isOld:
            head += "Transfer-Encoding: chunked\r\n\r\n"
            return Array(head.utf8)
                + Sample.chunks(
                    body, extensions: kind >> 3 & 3 == 3, trailers: kind >> 3 & 3 == 3)
        default: return Array("\(head)Content-Length: \(size)\r\n\r\n".utf8) + body
        }
    }

    struct Answer {
        var bytes: [UInt8]
        var bodySize: Int
        /// The backend ends behind it.
        var ends = false
    }

    static func answer(
        tag: Int, method: [UInt8], asksUpgrade: Bool, kind: Int, size: Int, secret: String
    ) -> Answer {
        let isHead = method == Array("HEAD".utf8)
        let body = Sample.body(tag, size)
        let status = kind & 8 == 0 ? "200 OK" : "500 Oh"
        let mark = "X-Tag: \(tag)-\(secret)\r\n"
        var head = ""
        switch kind & 7 {
        case 1, 6:
            if kind & 7 == 6 { head = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" }
            head += "HTTP/1.1 \(status)\r\n\(mark)Transfer-Encoding: chunked\r\n\r\n"
            let chunks = Sample.chunks(body, extensions: true, trailers: kind & 7 == 6)
            return Answer(bytes: Array(head.utf8) + (isHead ? [] : chunks), bodySize: size)
        case 2:
            head = "HTTP/1.1 \(status)\r\n\(mark)\r\n"
            return Answer(
                bytes: Array(head.utf8) + (isHead ? [] : body), bodySize: size, ends: true)
        case 3 where asksUpgrade:
            head = "HTTP/1.1 101 Switching\r\n\(mark)Upgrade: websocket\r\nConnection: upgrade\r\n"
            return Answer(bytes: Array("\(head)\r\n".utf8), bodySize: 0)
        case 3: return Answer(bytes: Array("HTTP/1.1 204 No\r\n\(mark)\r\n".utf8), bodySize: 0)
        case 4: return Answer(bytes: Array("HTTP/1.1 304 No\r\n\(mark)\r\n".utf8), bodySize: 0)
        case 5: head = "HTTP/1.1 100 Continue\r\n\r\n"
        case 7: head = ""
        default: break
        }
        let word = kind & 7 == 7 ? "Connection: close\r\n" : ""
        head += "HTTP/1.1 \(status)\r\n\(mark)\(word)Content-Length: \(size)\r\n\r\n"
        return Answer(
            bytes: Array(head.utf8) + (isHead ? [] : body), bodySize: size, ends: kind & 7 == 7)
    }
}
