import Testing

/// What backends send that is not quite right: what can be meant in one way only arrives as it
/// should have been, and of the rest it is said what is wrong.
@Suite struct LenientResponseTests {
    /// A gateway whose backend says `texts[N]` to a request for `/N`.
    private func gateway(_ texts: [String]) throws -> Gateway {
        try Gateway { target in
            Int(target.dropFirst()).map { Gateway.Reply(texts[$0]) }
        }
    }

    // RFC 9112 §2.2, §5.1, §7.1; RFC 9110 §5.5.
    @Test func `what is meant well arrives as it should have been`() throws {
        let texts = [
            "HTTP/1.1 200 OK\nX-A: 1\nSet-Cookie: a\nSet-Cookie: b\nContent-Length: 2\n\nok",
            "HTTP/1.1 200\r\nX-A:1\nSet-Cookie: a\nSet-Cookie: b\nContent-Length: 2\n\nok",
            "HTTP/1.1 200 OK\r\nX-A \t: 1\r\nSet-Cookie : a\r\nSet-Cookie: b\r\n"
                + "Content-Length : 2\r\n\r\nok",
            "HTTP/1.1 200 OK\nX-A: 1\nSet-Cookie: a\nSet-Cookie: b\nTransfer-Encoding: chunked\n\n"
                + "2  \r\nok\r\n0\t;\r\n\r\n",
            "HTTP/1.1 103 Hint\nLink: x\n\nHTTP/1.1 200 OK\nX-A : 1\nSet-Cookie: a\n"
                + "Set-Cookie: b\nContent-Length: 2\n\nok",
        ]
        let gateway = try gateway(texts)
        let client = try gateway.client()
        for number in texts.indices {
            for _ in 0..<2 {
                try client.send("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = try client.answer()
                #expect(answer.text == "ok", "\(texts[number])")
                let lines = answer.head.split(separator: "\r\n")
                let wanted = lines.filter { $0.hasPrefix("X-A") || $0.hasPrefix("Set-") }
                #expect(wanted == ["X-A: 1", "Set-Cookie: a", "Set-Cookie: b"], "\(answer.head)")
                #expect(!answer.head.contains("\n"), "\(answer.head)")
            }
        }
        gateway.expectOrdinary(after: "odd heads")
    }

    @Test func `a control character in a cookie stays where it is`() throws {
        let gateway = try gateway([
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=k\u{1}U\u{7f}\u{b}\r\nContent-Length: 2\r\n\r\nok"
        ])
        let answer = try gateway.ask("GET /0 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.text == "ok")
        #expect(answer.field("set-cookie") == "a=k\u{1}U\u{7f}\u{b}")
    }

    @Test func `a response may have a large head and many fields, with any body`() throws {
        let many = String(repeating: "Link: </a.css>; rel=preload\r\n", count: 254)
        let large = "X-Large: " + String(repeating: "x", count: 65_300) + "\r\n"
        let long = String(repeating: "b", count: 300_000)
        var texts: [String] = []
        for fields in [many, large] {
            for start in ["", "HTTP/1.1 103 H\r\n\(fields)\r\n"] {
                let head = "\(start)HTTP/1.1 200 OK\r\n\(fields)"
                texts.append("\(head)Content-Length: 2\r\n\r\nok")
                texts.append("\(head)Content-Length: 300000\r\n\r\n\(long)")
                texts.append(
                    "\(head)Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n493DE\r\n"
                        + "\(long.dropLast(2))\r\n0\r\n\r\n")
            }
        }
        let gateway = try gateway(texts)
        let client = try gateway.client()
        for number in texts.indices {
            try client.send("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.status == 200, "\(number)")
            #expect([2, 300_000].contains(answer.body.count), "\(number): \(answer.body.count)")
            #expect(answer.head.utf8.count > 7000, "\(number)")
        }
        gateway.expectOrdinary(after: "large heads")
    }

    @Test(arguments: [
        ("X", "a line of the header section has no colon"),
        ("Not a field", "a line of the header section has no colon"),
        ("<p>Oops", "a line of the header section has no colon"),
        ("Secured by X : y", "white space is in the name of a header field"),
        ("X(: 1", "the name of a header field is not a token"),
        ("A: 1\nB: 2", "a line ends with a line feed alone"),
        ("A: \0", "a control character is in a line"),
        (
            String(repeating: "A: 1\r\n", count: 256) + "A: 1",
            "there are more header fields than are accepted here"
        ),
    ]) func `of what can't be taken it is said what is wrong`(line: String, why: String) throws {
        let gateway = try gateway(["HTTP/1.1 200 OK\r\n\(line)\r\nContent-Length: 2\r\n\r\nok"])
        let answer = try gateway.ask("GET /0 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.status == 502)
        #expect(answer.text.contains(why), "\(answer.text)")
        #expect(answer.field("proxy-status")?.contains(why) == true)
    }
}
