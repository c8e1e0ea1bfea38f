import Basics
import Testing

@testable import HTTP1

/// What is made of `traceparent` and `tracestate` (W3C Trace Context, Level 1).
@Suite struct TraceParentTests {
    private static let id = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"
    private static let plain = "00-\(id)-\(parent)-01"

    private func claim(_ fields: String) -> TraceClaim? {
        let bytes = Array("GET / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n".utf8)
        var head = RequestHead()
        guard case .complete = head.parse(bytes.span, limits: HeadLimits()) else { return nil }
        return head.trace
    }

    /// The fields that are sent on, but for those that each request gets; `trace` is written.
    private func sent(_ fields: String, trace: TraceParent? = nil) -> [String] {
        Array(
            lines(
                forwarded("GET / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n") { $0.trace = trace }
            ).dropFirst(2))
    }

    private func part(_ value: String) -> TraceParent? {
        guard case .part(let parent) = claim("traceparent: \(value)\r\n") else { return nil }
        return parent
    }

    @Test func `a trace is read, whatever the case of the field's name`() {
        let wanted = TraceParent(
            trace: 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736, parent: 0x00f0_67aa_0ba9_02b7,
            flags: 1)
        for name in ["traceparent", "Traceparent", "TRACEPARENT", "traceParent"] {
            #expect(claim("\(name): \(Self.plain)\r\n") == .part(wanted))
            #expect(claim("\(name):\t\(Self.plain) \t\r\n") == .part(wanted))
        }
        #expect(claim("X-A: 1\r\n") == TraceClaim.none)
        #expect(claim("tracestate: a=1\r\n") == TraceClaim.none)
    }

    @Test func `flags are kept, all of those of this version`() {
        for (text, flags) in [("00", 0), ("01", 1), ("02", 2), ("ff", 255), ("a0", 160)] {
            #expect(part("00-\(Self.id)-\(Self.parent)-\(text)")?.flags == UInt8(flags))
        }
    }

    @Test func `of a higher version the first part is read`() {
        let read = part("01-\(Self.id)-\(Self.parent)-01-more-of=it")
        #expect(read == part(Self.plain))
        #expect(part("cc-\(Self.id)-\(Self.parent)-01")?.flags == 1)
        #expect(part("fe-\(Self.id)-\(Self.parent)-ff-")?.flags == 1)
        #expect(part("01-\(Self.id)-\(Self.parent)-02")?.flags == 0)
        for rest in ["x", ".x", "0", "01-x"] {
            #expect(part("01-\(Self.id)-\(Self.parent)-01\(rest)") == nil, "\(rest)")
        }
    }

    @Test(arguments: [
        "", "00", "ff-\(id)-\(parent)-01", "00-\(id)-\(parent)-01-", "00-\(id)-\(parent)-01-x",
        "00-\(id)-\(parent)-1", "00-\(id)-\(parent)-", "00-\(id)-\(parent)", "0-\(id)-\(parent)-01",
        "00-00000000000000000000000000000000-\(parent)-01", "00-\(id)-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-\(parent)-01", "00-\(id)-00F067AA0BA902B7-01",
        "00-\(id)-\(parent)-0A", "0A-\(id)-\(parent)-01", "FF-\(id)-\(parent)-01",
        "00_\(id)-\(parent)-01", "00-\(id)_\(parent)-01", "00-\(id)-\(parent)_01",
        "00-\(id)-\(parent)-01,00-\(id)-\(parent)-01", "00 \(id) \(parent) 01",
        "gg-\(id)-\(parent)-01",
        "00-\(id)0-\(parent)-01", "00-\(id)-\(parent)0-01", "00-4bf92f3577b34da6-\(parent)-01",
    ]) func `what is malformed is ignored, and its state with it`(value: String) {
        let fields = "tracestate: a=1\r\ntraceparent: \(value)\r\nX-B: 2\r\n"
        #expect(claim(fields) == .broken)
        #expect(sent(fields) == ["X-B: 2"])
    }

    @Test func `each place takes lower-case hexadecimal digits alone`() {
        let digits = Set("0123456789abcdef".utf8)
        for place in 0..<TraceParent.length where ![2, 35, 52].contains(place) {
            for octet: UInt8 in 0x21...0x7E {
                var value = Array(Self.plain.utf8)
                value[place] = octet
                let text = String(decoding: value, as: UTF8.self)
                // A higher version is none of this one's business here.
                if place < 2 && digits.contains(octet) { continue }
                #expect((part(text) != nil) == digits.contains(octet), "\(text)")
            }
        }
    }

    @Test func `two are none, though they say the same`() {
        for second in [Self.plain, "00-\(Self.id)-\(Self.parent)-00", "x"] {
            let fields =
                "traceparent: \(Self.plain)\r\ntraceparent: \(second)\r\ntracestate: a=1\r\n"
            #expect(claim(fields) == .broken && sent(fields) == [])
        }
        let many = String(repeating: "traceparent: \(Self.plain)\r\n", count: 90)
        #expect(claim(many) == .broken)
    }

    @Test func `the state goes on as it is with a trace that is one`() {
        let states = "tracestate: a=1, b=2\r\nX-A: 1\r\nTracestate:c=3 \r\n"
        let trace = "traceparent: \(Self.plain)\r\n"
        #expect(sent(states + trace) == ["tracestate: a=1, b=2", "X-A: 1", "Tracestate:c=3 "])
        #expect(sent(trace + states).count == 3)
        #expect(sent(states) == ["X-A: 1"])
    }

    @Test func `a state of more than 32 members is left out`() {
        let trace = "traceparent: \(Self.plain)\r\n"
        for count in [1, 31, 32, 33, 60] {
            let members = (0..<count).map { "k\($0)=v" }
            let fits = count <= 32
            let one = "tracestate: " + members.joined(separator: ",") + "\r\n"
            #expect((sent(trace + one).count == 1) == fits, "\(count)")
            // Empty members don't count, and several fields are one list.
            let several = members.map { "tracestate: ,\($0),\r\n" }.joined()
            #expect((sent(trace + several).count == count) == fits, "\(count)")
        }
    }

    @Test func `what a backend is told stands last, in this version`() {
        let trace = TraceParent(trace: 0xA, parent: 0xB0, flags: 0x5F)
        let head = forwarded("GET / HTTP/1.1\r\nHost: h\r\ntraceparent: \(Self.plain)\r\n\r\n") {
            $0.trace = trace
        }
        let line = "traceparent: 00-0000000000000000000000000000000a-00000000000000b0-5f"
        #expect(head?.hasSuffix("\r\n\(line)\r\n\r\n") == true)
        #expect(head?.contains(Self.id) == false)
        let text = head ?? ""
        let parent = text.utf8.dropLast(4 + TraceParent.parentFromEnd - TraceParent.parentLength)
            .suffix(TraceParent.parentLength)
        #expect(String(decoding: Array(parent), as: UTF8.self) == "00000000000000b0")
    }

    @Test func `neither is nominated away, nor passed in trailers`() {
        let fields =
            "Connection: traceparent, tracestate\r\ntraceparent: \(Self.plain)\r\n"
            + "tracestate: a=1\r\n"
        #expect(claim(fields) == part(Self.plain).map { .part($0) })
        #expect(sent(fields) == ["tracestate: a=1"])
    }
}
