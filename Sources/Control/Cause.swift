/// Why an attempt failed, a response was cut short or an answer is ours: one list, from which the
/// word in the access line, the error of Proxy-Status (RFC 9209 §2.3) and the status follow.
public enum Cause: UInt8, CaseIterable, Sendable {
    // Of a backend
    case refused = 1
    case connectTimeout
    case unreachable
    /// The connection ended before the response did.
    case terminated
    case silent
    case malformedResponse
    case responseHeadTooLarge
    /// Part of the response was sent, and the rest did not come.
    case incomplete
    // Of all backends
    case noBackendReady
    /// Each has as much in flight as it may.
    case backendsBusy
    // Of the client
    case malformedRequest
    case requestTimeout
    case bodyTooLarge
    case tooManyConnections
    case tooManyRequests
    case banned
    case loop
    case refusedMethod
    /// It left; no answer is due.
    case clientLeft
    /// Slower with a body than it may be.
    case clientTooSlow
    // Of neither side
    /// A stream that was silent for too long.
    case idle
    /// The balancer went, and could not wait any longer.
    case leaving
    case meantForUs

    /// The error type of RFC 9209, or what comes nearest; empty where it is no error.
    public var word: StaticString {
        switch self {
        case .refused: "connection_refused"
        case .connectTimeout: "connection_timeout"
        case .unreachable, .noBackendReady: "destination_unavailable"
        case .terminated: "connection_terminated"
        case .silent: "http_response_timeout"
        case .malformedResponse: "http_protocol_error"
        case .responseHeadTooLarge: "http_response_header_section_size"
        case .incomplete: "http_response_incomplete"
        case .malformedRequest, .requestTimeout, .bodyTooLarge: "http_request_error"
        case .refusedMethod, .tooManyRequests, .banned: "http_request_denied"
        case .tooManyConnections, .backendsBusy: "connection_limit_reached"
        case .loop: "proxy_loop_detected"
        // These are for the log alone, and not of the RFC's list.
        case .clientLeft: "client_left"
        case .clientTooSlow: "client_too_slow"
        case .idle: "idle"
        case .leaving: "balancer_left"
        case .meantForUs: ""
        }
    }

    /// What it is called where each has a name of its own, as in counters.
    public var name: String {
        switch self {
        case .refused: "connection_refused"
        case .connectTimeout: "connect_timeout"
        case .unreachable: "unreachable"
        case .terminated: "connection_terminated"
        case .silent: "response_timeout"
        case .malformedResponse: "malformed_response"
        case .responseHeadTooLarge: "response_head_too_large"
        case .incomplete: "response_incomplete"
        case .noBackendReady: "no_backend_ready"
        case .backendsBusy: "backends_busy"
        case .malformedRequest: "malformed_request"
        case .requestTimeout: "request_timeout"
        case .bodyTooLarge: "body_too_large"
        case .tooManyConnections: "too_many_connections"
        case .tooManyRequests: "too_many_requests"
        case .banned: "banned"
        case .loop: "loop"
        case .refusedMethod: "method_refused"
        case .clientLeft: "client_left"
        case .clientTooSlow: "client_too_slow"
        case .idle: "idle"
        case .leaving: "balancer_left"
        case .meantForUs: "options_asterisk"
        }
    }

    /// What a failure of a backend is answered with (RFC 9209 §2.3 recommends the same).
    public var status: UInt16 {
        switch self {
        case .refused, .terminated, .malformedResponse, .responseHeadTooLarge, .incomplete: 502
        case .unreachable, .noBackendReady, .backendsBusy, .leaving: 503
        case .connectTimeout, .silent: 504
        case .malformedRequest: 400
        case .refusedMethod: 405
        case .requestTimeout, .clientTooSlow, .idle: 408
        case .bodyTooLarge: 413
        case .tooManyConnections, .tooManyRequests, .banned: 429
        case .clientLeft: 499
        case .loop: 508
        case .meantForUs: 200
        }
    }

    /// Whether it lies with one backend.
    public var isOfBackend: Bool {
        switch self {
        case .refused, .connectTimeout, .unreachable, .terminated, .silent, .malformedResponse,
            .responseHeadTooLarge, .incomplete:
            true
        case .noBackendReady, .backendsBusy, .malformedRequest, .requestTimeout, .bodyTooLarge,
            .tooManyConnections,
            .tooManyRequests, .banned, .loop, .refusedMethod, .clientLeft, .clientTooSlow, .idle,
            .leaving, .meantForUs:
            false
        }
    }
}
