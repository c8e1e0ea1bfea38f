import Basics
import Control
import Kernel
import Scoreboard
import TestSupport
import Testing

@testable import Balancing

/// Lines in the forms that are for programs; the default one is `AccessLoggerTests`' matter.
@Suite struct AccessLineTests {
    private static let roster = Roster(
        RosterWord(
            version: 1,
            members: (0..<2).map { number in
                RosterMember(
                    slot: BackendSlot(UInt32(number)), generation: 1,
                    name: "backend.\(number + 1)", address: "127.0.0.1:\(3001 + number)",
                    fact: .ready)
            }))
    /// 2026-11-28 18:11:13.123456 as the wall clock has it.
    private static let start = Instant(nanoseconds: 123_456_789)
    private static let wallOffset: UInt64 = 1_795_889_473_000_000_000

    /// What a request may be like.
    private struct Asked {
        var client = "127.0.0.1"
        var line: [UInt8] = Array("GET /a?b=1".utf8)
        var referrer: [UInt8] = []
        var agent: [UInt8] = Array("curl/8".utf8)
        var isOld = false
        var status: UInt16 = 200
        var bytes: UInt64 = 13
        var cause: Cause?
        var tried: [(BackendSlot, Cause?)] = []
        var attempts: Attempts { .tried(tried, at: AccessLineTests.start) }
    }

    private func line(_ format: BalancerOptions.AccessLog, _ asked: Asked = Asked()) -> [UInt8] {
        var line = AccessLine(format, wallOffset: Self.wallOffset)
        let id = "01J"
        let notes = ExchangeNotes()
        notes.visitor = Visitor(
            asked.referrer + asked.agent, referrerLength: asked.referrer.count)
        let facts = AccessLogger.RequestFacts(
            client: asked.client.utf8.span, line: asked.line.span, id: id.utf8.span,
            notes: notes, isOld: asked.isOld, status: asked.status, bytes: asked.bytes,
            startedAt: Self.start, waited: Nanoseconds(0),
            duration: .microseconds(412), backend: 1, cause: asked.cause)
        switch format {
        case .json: line.writeJSON(facts, asked.attempts.log, asked.attempts.progress, Self.roster)
        case .combined: line.writeCombined(facts)
        case .text, .off: line.write(facts, asked.attempts.log, Self.roster)
        }
        return line.bytes.indices.map { line.bytes[$0] }
    }

    private func text(_ format: BalancerOptions.AccessLog, _ asked: Asked = Asked()) -> String {
        String(decoding: line(format, asked), as: UTF8.self)
    }

    private func refused(_ format: BalancerOptions.AccessLog) -> String {
        var line = AccessLine(format, wallOffset: Self.wallOffset)
        let address = "::1"
        let client = AccessLogger.Client(address: address.utf8.span, port: 9)
        if format == .json {
            line.writeJSON(client, refused: "proxy_not_trusted", at: Self.start)
        } else {
            line.writeCombined(client, refusedAt: Self.start)
        }
        return Utf8.string(line.bytes)
    }

    // MARK: Combined

    @Test func `a combined line is what Apache writes`() {
        #expect(
            text(.combined)
                == "127.0.0.1 - - [28/Nov/2026:18:11:13 +0000] \"GET /a?b=1 HTTP/1.1\" 200 13 "
                + "\"-\" \"curl/8\"")
        var asked = Asked()
        (asked.client, asked.isOld, asked.status, asked.bytes) = ("2001:db8::1", true, 304, 0)
        (asked.referrer, asked.agent) = (Array("http://a/".utf8), [])
        #expect(
            text(.combined, asked)
                == "2001:db8::1 - - [28/Nov/2026:18:11:13 +0000] \"GET /a?b=1 HTTP/1.0\" 304 - "
                + "\"http://a/\" \"-\"")
        // What could not be read is a dash, as there.
        for unread in ["", "-"] {
            asked.line = Array(unread.utf8)
            #expect(text(.combined, asked).contains("] \"-\" 304 - "))
        }
        #expect(
            refused(.combined)
                == "::1 - - [28/Nov/2026:18:11:13 +0000] \"-\" 400 - \"-\" \"-\"")
    }

    @Test func `no octet that a client sends ends a quoted part of it`() {
        for octet: UInt8 in 0...255 {
            var asked = Asked()
            asked.line = Array("GET /".utf8) + [octet]
            (asked.referrer, asked.agent) = ([octet], [0x61, octet])
            let escaped: String
            switch octet {
            case 0x22: escaped = "\\\""
            case 0x5C: escaped = "\\\\"
            case 0x09: escaped = "\\t"
            case 0x0A: escaped = "\\n"
            case 0x0D: escaped = "\\r"
            case 0x20..<0x7F: escaped = String(UnicodeScalar(octet))
            default:
                let digits = String(octet, radix: 16)
                escaped = "\\x" + (digits.count < 2 ? "0" : "") + digits
            }
            #expect(
                text(.combined, asked).hasSuffix(
                    "\"GET /\(escaped) HTTP/1.1\" 200 13 \"\(escaped)\" \"a\(escaped)\""))
        }
    }

    // MARK: JSON

    @Test func `a JSON line has all that is known of a request`() throws {
        var asked = Asked()
        asked.referrer = Array("http://a/".utf8)
        let json = try JSON(text(.json, asked))
        #expect(json["time"].text == "2026-11-28T18:11:13.123456Z")
        #expect(json["client"].text == "127.0.0.1" && json["protocol"].text == "HTTP/1.1")
        #expect(json["method"].text == "GET" && json["target"].text == "/a?b=1")
        #expect(json["status"].double == 200 && json["bytes"].double == 13)
        #expect(json["duration_ms"].double == 0.412 && json["backend"].text == "backend.2")
        #expect(json["tries"].double == 0 && json["failed"].items.isEmpty)
        #expect(json["error"].isNull && json["id"].text == "01J")
        #expect(json["referer"].text == "http://a/" && json["user_agent"].text == "curl/8")
        (asked.referrer, asked.agent, asked.line) = ([], [], [])
        let other = try JSON(text(.json, asked))
        for key in ["referer", "user_agent", "method", "target"] { #expect(other[key].isNull) }
    }

    @Test func `it lists the attempts that failed, and of many the last ones`() throws {
        for count in [1, 2, 8, 9, 40] {
            var asked = Asked()
            asked.cause = .silent
            for number in 0..<count {
                let slot = BackendSlot(UInt32(number % 3))
                asked.tried.append((slot, number == count - 1 ? .silent : .refused))
            }
            let json = try JSON(text(.json, asked))
            let failed = json["failed"].items
            #expect(json["tries"].double == Double(count) && failed.count == min(count, 8))
            #expect(json["error"].text == "http_response_timeout")
            #expect(failed.last?["error"].text == "http_response_timeout")
            let last = (count - 1) % 3
            if last == 2 {
                #expect(failed.last?["backend"].isNull == true)
            } else {
                #expect(failed.last?["backend"].text == "backend.\(last + 1)")
            }
        }
    }

    @Test func `whatever octets a client sends, it is JSON, in UTF-8 and on one line`() throws {
        for octet: UInt8 in 0...255 {
            var asked = Asked()
            asked.line = Array("GET /".utf8) + [octet, 0x61]
            (asked.referrer, asked.agent) = ([octet], [octet, octet])
            let line = line(.json, asked)
            #expect(!line.contains { $0 < 0x20 || $0 == 0x7F } && Utf8.isValid(line.span))
            let json = try JSON(String(decoding: line, as: UTF8.self))
            let wanted =
                octet < 0x80 ? String(UnicodeScalar(octet)) : "\u{FFFD}"
            #expect(
                json["target"].text == "/\(wanted)a" && json["user_agent"].text == wanted + wanted)
        }
    }

    @Test func `however long it all is, a line is whole and has room in a batch`() throws {
        for filling: [UInt8] in [[0x78], [0x22], [0x01], [0xFF], [0xC3, 0xA4], [0xC2, 0x85]] {
            var asked = Asked()
            asked.line = Array("GET /".utf8)
            while asked.line.count < Limits.loggedTarget - 1 { asked.line += filling }
            while asked.agent.count < Limits.loggedWord - 1 { asked.agent += filling }
            asked.referrer = asked.agent
            asked.cause = .silent
            asked.tried = .init(repeating: (1, .silent), count: 40)
            let line = line(.json, asked)
            #expect(line.count < BatchWriter.longestLine - 300)
            _ = try JSON(String(decoding: line, as: UTF8.self))
            let combined = text(.combined, asked)
            #expect(combined.utf8.count < BatchWriter.longestLine - 300)
            #expect(combined.hasSuffix("\"") && combined.contains(" HTTP/1.1\" 200 13 \""))
        }
    }

    @Test func `a connection of the TCP mode has its own`() throws {
        var line = AccessLine(.json, wallOffset: Self.wallOffset)
        let address = "127.0.0.1"
        line.writeJSON(
            .init(address: address.utf8.span, port: 40112),
            .init(
                up: 17, down: 4096, startedAt: Self.start, duration: .microseconds(12345),
                backend: 0, cause: nil, endsFirst: .client), AttemptLog(), Self.roster)
        let json = try JSON(Utf8.string(line.bytes))
        #expect(json["client_port"].double == 40112 && json["protocol"].text == "tcp")
        #expect(json["up"].double == 17 && json["down"].double == 4096)
        #expect(json["end"].text == "client" && json["backend"].text == "backend.1")
        let refusal = try JSON(refused(.json))
        #expect(refusal["error"].text == "proxy_not_trusted" && refusal["client"].text == "::1")
    }
}
