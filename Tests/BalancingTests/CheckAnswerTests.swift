import Basics
import HTTP1
import Testing

@testable import Balancing

@Suite struct CheckAnswerTests {
    private func read(_ text: some StringProtocol) -> CheckAnswer {
        var queue = ByteQueue(capacity: 1024)
        queue.append(text: String(text))
        var head = ResponseHead()
        return CheckAnswer(queue, head: &head)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
    ])
    func `a connection is left by what has come whole, and by nothing else`(answer: String) {
        for count in 0..<answer.utf8.count {
            let prefix = String(decoding: Array(answer.utf8.prefix(count)), as: UTF8.self)
            let status = count < 12 ? CheckAnswer.partial : .status(status(answer), false)
            #expect(read(prefix) == status, "after \(count) bytes")
        }
        #expect(read(answer) == .status(status(answer), true))
        #expect(read(answer + "x") == .status(status(answer), false))
    }

    private func status(_ answer: String) -> Int { answer.contains(" 204 ") ? 204 : 200 }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nuntil the end",
        "HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 0\r\nTransfer-Encoding: x\r\n\r\n",
    ])
    func `what ends with the connection, or frames nothing well, leaves none`(answer: String) {
        #expect(read(answer) == .status(200, false))
    }

    @Test func `an interim response is no answer yet`() {
        let interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        for count in 0...interim.utf8.count {
            let prefix = String(decoding: Array(interim.utf8.prefix(count)), as: UTF8.self)
            #expect(read(prefix) == .partial)
        }
        let rest = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
        #expect(read(interim + interim + rest) == .status(503, true))
    }

    @Test func `what is no response has no status`() {
        #expect(read("SSH-2.0-OpenSSH_9.2p1\r\n") == .status(0, false))
    }
}

extension CheckAnswer {
    fileprivate static func status(_ status: Int, _ keepsConnection: Bool) -> CheckAnswer {
        .status(status, keepsConnection: keepsConnection)
    }
}
