import Control
import Testing

/// What follows from a cause, written down once more: from RFC 9209 §2.3, and what the log says.
@Suite struct CauseTests {
    private struct Row {
        let cause: Cause
        let status: UInt16
        let word: String
        var isOfBackend = false
    }

    private static let rows: [Row] = [
        Row(cause: .refused, status: 502, word: "connection_refused", isOfBackend: true),
        Row(cause: .connectTimeout, status: 504, word: "connection_timeout", isOfBackend: true),
        Row(cause: .unreachable, status: 503, word: "destination_unavailable", isOfBackend: true),
        Row(cause: .terminated, status: 502, word: "connection_terminated", isOfBackend: true),
        Row(cause: .silent, status: 504, word: "http_response_timeout", isOfBackend: true),
        Row(
            cause: .malformedResponse, status: 502, word: "http_protocol_error", isOfBackend: true),
        Row(
            cause: .responseHeadTooLarge, status: 502, word: "http_response_header_section_size",
            isOfBackend: true),
        Row(cause: .incomplete, status: 502, word: "http_response_incomplete", isOfBackend: true),
        Row(cause: .noBackendReady, status: 503, word: "destination_unavailable"),
        Row(cause: .backendsBusy, status: 503, word: "connection_limit_reached"),
        Row(cause: .malformedRequest, status: 400, word: "http_request_error"),
        Row(cause: .requestTimeout, status: 408, word: "http_request_error"),
        Row(cause: .bodyTooLarge, status: 413, word: "http_request_error"),
        Row(cause: .tooManyConnections, status: 429, word: "connection_limit_reached"),
        Row(cause: .tooManyRequests, status: 429, word: "http_request_denied"),
        Row(cause: .banned, status: 429, word: "http_request_denied"),
        Row(cause: .loop, status: 508, word: "proxy_loop_detected"),
        Row(cause: .refusedMethod, status: 405, word: "http_request_denied"),
        Row(cause: .clientLeft, status: 499, word: "client_left"),
        Row(cause: .clientTooSlow, status: 408, word: "client_too_slow"),
        Row(cause: .idle, status: 408, word: "idle"),
        Row(cause: .leaving, status: 503, word: "balancer_left"),
        Row(cause: .meantForUs, status: 200, word: ""),
    ]

    static let all = (0...UInt8.max).compactMap { Cause(rawValue: $0) }

    @Test func `each has its status, its word, and the side at fault`() {
        #expect(Self.rows.count == Self.all.count)
        for row in Self.rows {
            #expect(row.cause.status == row.status, "\(row.cause)")
            #expect("\(row.cause.word)" == row.word, "\(row.cause)")
            #expect(row.cause.isOfBackend == row.isOfBackend, "\(row.cause)")
        }
    }

    @Test func `zero is no cause: an attempt that has not failed has it`() {
        #expect(Cause(rawValue: 0) == nil)
    }

    @Test func `each has a name of its own, as counters are called`() {
        let names = Cause.allCases.map(\.name)
        #expect(Set(names).count == Self.all.count)
        for name in names {
            #expect(
                !name.isEmpty && name.utf8.allSatisfy { $0 == 0x5F || (0x61...0x7A).contains($0) })
        }
    }
}
