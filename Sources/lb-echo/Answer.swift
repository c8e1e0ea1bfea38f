import Basics
import HTTP1

/// What goes around an answer's body.
struct Answer {
    enum Length {
        case known(UInt64)
        /// In chunks, or up to the end of the connection for a client that knows no chunks.
        case unknown
        /// 204 and 304 have none and say none (RFC 9110 §8.6).
        case absent
    }

    var status: UInt16 = 200
    var length = Length.absent
    var minorVersion: UInt8 = 1
    /// Whether the connection goes on after this answer.
    var keeps = true

    /// Writes the head with the field that names the backend; the type lies in `bytes`, or is none.
    func write(
        field: [UInt8], type: Range<Int>, from bytes: borrowing ByteQueue, to out: inout ByteQueue
    ) {
        write(field: field, type: bytes.bytes.extracting(type), to: &out)
    }

    /// Writes the head with the field that names the backend, and with this type.
    func write(field: [UInt8], type: Span<UInt8>, to out: inout ByteQueue) {
        out.append("HTTP/1.1 ")
        out.append(decimal: UInt64(status))
        out.append(" ")
        out.append(Self.reason(status))
        out.append("\r\n")
        if !type.isEmpty {
            out.append("Content-Type: ")
            out.append(type)
            out.append("\r\n")
        }
        out.append(field.span)
        switch length {
        case .known(let count):
            out.append("Content-Length: ")
            out.append(decimal: count)
            out.append("\r\n")
        case .unknown:
            if minorVersion > 0 { out.append("Transfer-Encoding: chunked\r\n") }
        case .absent: break
        }
        Self.writeEnd(keeps: keeps, minorVersion: minorVersion, to: &out)
    }

    /// Writes what is said of the connection, and the empty line.
    static func writeEnd(keeps: Bool, minorVersion: UInt8, to out: inout ByteQueue) {
        if !keeps {
            out.append("Connection: close\r\n")
        } else if minorVersion == 0 {
            out.append("Connection: keep-alive\r\n")
        }
        out.append("\r\n")
    }

    static func reason(_ status: UInt16) -> StaticString {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 414: "URI Too Long"
        case 418: "I'm a teapot"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }
}
