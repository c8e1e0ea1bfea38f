import Basics
import Control

/// A response that the balancer makes itself: what happened, to which backend, and why.
struct OwnAnswer {
    /// One attempt that failed.
    struct Attempt {
        let backend: String
        let cause: Cause
    }

    let status: UInt16
    let cause: Cause
    /// What happened, without a full stop.
    let sentence: String
    /// The backend that it is about.
    var backend: String?
    /// The process of it, for clients on this machine alone; 0 where it is not known.
    var pid: Int32 = 0
    /// How that process ended, and how long ago; for clients on this machine alone.
    var ended: BackendEnding?
    var endedAgo = Nanoseconds(0)
    var attempts: [Attempt] = []
    var requestID = ""
    /// How long the client is asked to wait; `nil` where waiting is of no use.
    var retryAfter: RetryAfter?

    init(_ cause: Cause, _ sentence: String, status: UInt16? = nil) {
        self.cause = cause
        self.sentence = sentence
        self.status = status ?? cause.status
        if self.status == 503 || self.status == 429 { retryAfter = .shortest }
    }

    /// This answer to a client that is asked to wait for `time`.
    func asking(toWait time: Nanoseconds) -> OwnAnswer {
        var own = self
        own.retryAfter = RetryAfter(time)
        return own
    }

    var reason: StaticString {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 417: "Expectation Failed"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 508: "Loop Detected"
        default: "Error"
        }
    }

    /// `backend.2 (pid 4242) was killed by SIGKILL 0.3 ms before this answer, after 12.3 s`; `nil`
    /// where that is not known or not for this client.
    var exitReport: String? {
        guard let ended, let backend else { return nil }
        return "\(Figures.process(backend, port: 0, pid: ended.pid)) \(ended.predicate) "
            + "\(Figures.text(endedAgo)) before this answer, after \(Figures.text(ended.ran))"
    }
}
