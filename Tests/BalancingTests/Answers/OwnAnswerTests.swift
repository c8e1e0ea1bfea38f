import Basics
import Control
import HTTP1
import Testing

@testable import Balancing

/// What the balancer says itself, byte by byte.
@Suite struct OwnAnswerTests {
    static let formats = [AnswerFormat.text, .json, .html]
    /// What no name and no sentence should hold, and what it may not do to an answer.
    static let nasty = "a\"b\\c\r\nX-Evil: 1\r\n\r\n<script>&é\u{0}\u{7F}\u{1F600}<\u{338}"

    /// An answer as it was written, in parts.
    struct Written {
        let status: String
        let fields: [String]
        let body: String
        let length: Int

        init(_ own: OwnAnswer, _ form: OwnAnswer.Form = .init()) {
            var queue = ByteQueue(capacity: 4096)
            let date: StaticString = "Date: today\r\n"
            length = own.write(to: &queue, as: form, date: "\(date)".utf8.span)
            let text = Utf8.string(queue.bytes)
            let bytes = Array(text.utf8)
            let end = bytes.indices.first { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) }
            let head = String(decoding: bytes[..<(end ?? 0)], as: UTF8.self)
            let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
            status = String(lines[0])
            fields = lines.dropFirst().map { String($0) }
            body = String(decoding: bytes[((end ?? 0) + 4)...], as: UTF8.self)
        }

        var names: [String] { fields.map { String($0.prefix { $0 != ":" }) } }

        func values(_ name: String) -> [String] {
            fields.filter { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        }
    }

    private func full(_ text: String) -> OwnAnswer {
        var own = OwnAnswer(.terminated, "\(text) closed the connection")
        own.backend = text
        own.pid = 42
        own.ended = BackendEnding(
            generation: 1, pid: 42, cause: .killed(signal: 9, dumpedCore: false), wasPlanned: false,
            at: Instant(nanoseconds: 0), ran: .milliseconds(12_345))
        own.endedAgo = .microseconds(310)
        own.attempts = [.init(backend: text, cause: .refused)]
        own.attempts.append(.init(backend: text, cause: .terminated))
        own.requestID = "id-1"
        return own
    }

    // MARK: The head

    @Test func `whatever it is and in whatever form, the head fits what follows`() {
        for cause in Cause.allCases {
            for format in Self.formats {
                for bits in 0..<8 {
                    let form = OwnAnswer.Form(
                        format: format, closes: bits & 1 != 0, toHead: bits & 2 != 0,
                        isOld: bits & 4 != 0)
                    let written = Written(OwnAnswer(cause, "it is so"), form)
                    check(written, cause, form)
                }
            }
        }
    }

    private func check(_ written: Written, _ cause: Cause, _ form: OwnAnswer.Form) {
        var whole = form
        whole.toHead = false
        let body = Written(OwnAnswer(cause, "it is so"), whole).body
        #expect(written.status.hasPrefix("HTTP/1.1 \(cause.status) "))
        #expect(written.fields.prefix(2) == ["Server: lbctl", "Date: today"])
        // To HEAD the head is the same and no byte follows it.
        #expect(written.values("Content-Length") == ["\(body.utf8.count)"])
        #expect(
            written.body == (form.toHead ? "" : body) && written.length == written.body.utf8.count)
        #expect(written.values("Content-Type") == ["\(form.format.mediaType)"])
        #expect(written.values("Cache-Control") == ["no-store"])
        let word = form.closes ? ["close"] : form.isOld ? ["keep-alive"] : []
        #expect(written.values("Connection") == word)
        #expect(written.values("Retry-After") == ([429, 503].contains(cause.status) ? ["1"] : []))
        #expect(written.values("Allow").count == (cause.status == 405 ? 1 : 0))
        #expect(Set(written.names).count == written.names.count)
        #expect(body.contains("it is so") && body.hasSuffix("\n"))
    }

    @Test func `no name and no sentence adds a line to the head, or ends it`() {
        for format in Self.formats {
            let form = OwnAnswer.Form(format: format)
            let plain = Written(full("web.1"), form)
            let odd = Written(full(Self.nasty), form)
            #expect(odd.names == plain.names)
            #expect(odd.values("Content-Length") == ["\(odd.body.utf8.count)"])
            #expect(odd.fields.allSatisfy { $0.utf8.allSatisfy { 0x20...0x7E ~= $0 } })
        }
    }

    @Test func `Proxy-Status says which proxy, why, of which backend, and more`() {
        #expect(
            Written(full("web.1")).values("Proxy-Status") == [
                "lbctl; error=connection_terminated; next-hop=\"web.1\"; details=\"web.1 (pid 42) "
                    + "was killed by SIGKILL 0.31 ms before this answer, after 12.3 s\""
            ])
        var own = OwnAnswer(.malformedResponse, "\u{E9}\"\\\r\n\t\u{7F}~")
        own.backend = "a\"b"
        #expect(
            Written(own).values("Proxy-Status") == [
                #"lbctl; error=http_protocol_error; next-hop="a\"b"; details="?\"\\????~""#
            ])
        // Nothing went wrong.
        #expect(Written(OwnAnswer(.meantForUs, "it is")).values("Proxy-Status") == ["lbctl"])
        // The RFC has no word for a proxy that goes.
        let leaving = Written(OwnAnswer(.leaving, "it is"), .init(format: .json))
        #expect(
            leaving.values("Proxy-Status")
                == ["lbctl; error=http_response_timeout; details=\"it is\""])
        #expect(leaving.body.contains(#""error":"balancer_left""#))
    }

    @Test func `every status that is answered with has its reason`() {
        var statuses = Set(Cause.allCases.filter { $0 != .clientLeft }.map(\.status))
        for malformation in Malformation.allCases { statuses.insert(malformation.status) }
        for status in statuses {
            let own = OwnAnswer(.malformedRequest, "it is so", status: status)
            #expect(Written(own).status == "HTTP/1.1 \(status) \(own.reason)")
            #expect("\(own.reason)" != "Error", "\(status)")
        }
    }

    @Test func `a client is asked to wait for whole seconds, or not at all`() {
        let own = OwnAnswer(.tooManyRequests, "too many")
        for (nanoseconds, seconds) in RetryAfterTests.table {
            let asked = Written(own.asking(toWait: Nanoseconds(nanoseconds)))
            #expect(asked.values("Retry-After") == ["\(seconds)"])
        }
        var never = OwnAnswer(.noBackendReady, "no backend")
        never.retryAfter = nil
        #expect(Written(never).values("Retry-After") == [])
    }

    // MARK: The body

    @Test func `as text it is a line for each thing that is known`() {
        #expect(
            Written(full("web.1")).body == """
                502 Bad Gateway: web.1 closed the connection.
                web.1 (pid 42) was killed by SIGKILL 0.31 ms before this answer, after 12.3 s.
                Tried: web.1 (connection_refused), web.1 (connection_terminated).
                Request id-1.

                """)
        var once = OwnAnswer(.refused, "web.1 refused the connection")
        once.attempts = [.init(backend: "web.1", cause: .refused)]
        #expect(Written(once).body == "502 Bad Gateway: web.1 refused the connection.\n")
        #expect(Written(OwnAnswer(.meantForUs, "This is it")).body == "This is it.\n")
    }

    @Test func `as JSON it has a member for each thing that is known`() {
        #expect(
            Written(full("web.1"), .init(format: .json)).body == """
                {"status":502,"title":"Bad Gateway","detail":"web.1 closed the connection",\
                "error":"connection_terminated","backend":"web.1","pid":42,\
                "ending":"killed by SIGKILL","signal":"SIGKILL","ended_ms_ago":0.310,\
                "ran_ms":12345.000,"attempts":[{"backend":"web.1","error":"connection_refused"},\
                {"backend":"web.1","error":"connection_terminated"}],"request_id":"id-1"}

                """)
        #expect(
            Written(OwnAnswer(.meantForUs, "This is it"), .init(format: .json)).body
                == "{\"status\":200,\"title\":\"OK\",\"detail\":\"This is it\"}\n")
    }

    @Test func `as JSON it stays one object on one line, whatever names hold`() {
        let body = Written(full(Self.nasty), .init(format: .json)).body
        #expect(body.utf8.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        var depth = 0
        var ends = 0
        var isQuoted = false
        var isEscaped = false
        for byte in body.utf8.dropLast() {
            if isQuoted {
                if !isEscaped && byte == Ascii.quote { isQuoted = false }
                isEscaped = !isEscaped && byte == 0x5C
                continue
            }
            if byte == Ascii.quote { isQuoted = true }
            if [0x7B, 0x5B].contains(byte) { depth += 1 }
            if [0x7D, 0x5D].contains(byte) { depth -= 1 }
            if depth == 0 { ends += 1 }
        }
        #expect(depth == 0 && ends == 1 && !isQuoted)
    }

    @Test func `as HTML it has the tags that are ours, whatever names hold`() {
        func tags(_ text: String) -> [String] {
            let body = Array(Written(full(text), .init(format: .html)).body.utf8)
            return body.indices.filter { body[$0] == 0x3C }.map {
                String(decoding: body[$0...].prefix { $0 != 0x3E }, as: UTF8.self)
            }
        }
        #expect(tags(Self.nasty) == tags("web.1"))
        #expect(tags("web.1").filter { $0 == "<p" }.count == 4)
        let body = Written(full("a&lt;<b>\""), .init(format: .html)).body
        #expect(body.contains("<p>a&amp;lt;&lt;b&gt;&quot; closed the connection.</p>"))
    }

    // MARK: How a process ended

    @Test func `it is told only where both the process and its ending are known`() {
        var own = full("web.1")
        own.ended?.cause = .exited(code: 1)
        #expect(own.exitReport?.hasPrefix("web.1 (pid 42) exited with 1 0.31 ms ") == true)
        own.backend = nil
        #expect(own.exitReport == nil)
        own.backend = "web.1"
        own.ended = nil
        #expect(own.exitReport == nil)
        let written = Written(own, .init(format: .json))
        #expect(!written.body.contains("ended_ms_ago") && written.body.contains("\"pid\":42"))
    }
}
