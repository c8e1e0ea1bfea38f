import Basics

/// An answer as a whole; what streams writes its head by itself.
struct AdminResponse: Equatable {
    var status: UInt16
    var type: String
    var body: String
    /// Further lines of the head, without their ends.
    var fields: [String] = []

    init(_ status: UInt16 = 200, _ type: String, _ body: String, fields: [String] = []) {
        self.status = status
        self.type = type
        self.body = body
        self.fields = fields
    }

    /// A JSON text, with a line feed at its end.
    static func json(_ text: String, status: UInt16 = 200) -> AdminResponse {
        AdminResponse(status, "application/json", text + "\n")
    }

    /// What went wrong: an object with `error` and, where there is one, `advice`.
    static func error(
        _ status: UInt16, _ sentence: String, advice: String = "", fields: [String] = []
    ) -> AdminResponse {
        var object = JSONObject()
        object.put("error", text: sentence)
        if !advice.isEmpty { object.put("advice", text: advice) }
        var response = json(object.text, status: status)
        response.fields = fields
        return response
    }

    static func plain(_ text: String, status: UInt16 = 200) -> AdminResponse {
        AdminResponse(status, "text/plain; charset=utf-8", text + "\n")
    }

    /// Writes head and body; to a HEAD the head alone, with the length of what GET would bring
    /// (RFC 9110 §9.3.2).
    func write(toHead isHead: Bool, to queue: inout ByteQueue) {
        var head = Self.statusLine(status)
        head += "Content-Type: \(type)\r\n"
        head += "Content-Length: \(body.utf8.count)\r\n"
        for field in fields { head += field + "\r\n" }
        head += Self.everywhere + "Connection: close\r\n\r\n"
        queue.append(text: head)
        if !isHead { queue.append(text: body) }
    }

    static func statusLine(_ status: UInt16) -> String {
        "HTTP/1.1 \(status) \(reason(status))\r\n"
    }

    /// What stands in every head: nothing is guessed, kept, framed or fetched by others.
    static let everywhere = """
        X-Content-Type-Options: nosniff\r
        Referrer-Policy: no-referrer\r
        Cross-Origin-Resource-Policy: same-origin\r
        Cache-Control: no-store\r

        """

    private static func reason(_ status: UInt16) -> String {
        switch status {
        case 200: "OK"
        case 202: "Accepted"
        case 204: "No Content"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 411: "Length Required"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
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
