import Basics

/// How an answer of the balancer's own looks in bytes.
extension OwnAnswer {
    /// What the exchange says about the form of an answer.
    struct Form {
        var format = AnswerFormat.text
        var closes = false
        var toHead = false
        var isOld = false
        /// Where the time went, where clients are told of that.
        var timing: ServerTiming?
    }

    /// Writes head and body, and says how long the body is; it is left out in the answer to HEAD.
    func write(to queue: inout ByteQueue, as form: Form, date: Span<UInt8>) -> Int {
        let body = body(form.format)
        queue.append("HTTP/1.1 ")
        queue.append(decimal: UInt64(status))
        queue.append(" ")
        queue.append(reason)
        queue.append("\r\nServer: lbctl\r\n")
        queue.append(date)
        queue.append("Content-Type: ")
        queue.append(form.format.mediaType)
        queue.append("\r\nContent-Length: ")
        queue.append(decimal: UInt64(body.utf8.count))
        // Some of these statuses may be cached unless that is said (RFC 9111 §4.2.2).
        queue.append("\r\nCache-Control: no-store\r\n")
        writeProxyStatus(to: &queue)
        if let retryAfter {
            queue.append("Retry-After: ")
            queue.append(decimal: retryAfter.seconds)
            queue.append("\r\n")
        }
        if status == 405 { queue.append("Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH\r\n") }
        form.timing?.append(to: &queue)
        if !requestID.isEmpty {
            queue.append("X-Request-Id: ")
            queue.append(text: requestID)
            queue.append("\r\n")
        }
        if form.closes {
            queue.append("Connection: close\r\n")
        } else if form.isOld {
            queue.append("Connection: keep-alive\r\n")
        }
        queue.append("\r\n")
        if form.toHead { return 0 }
        queue.append(text: body)
        return body.utf8.count
    }

    /// RFC 9209 §2: the name of this proxy, the kind of error, the backend, and a text.
    private func writeProxyStatus(to queue: inout ByteQueue) {
        queue.append("Proxy-Status: lbctl")
        if cause == .meantForUs {
            queue.append("\r\n")
            return
        }
        queue.append("; error=")
        // The word for the log is not of the RFC's list.
        queue.append(cause == .leaving ? "http_response_timeout" : cause.word)
        if let backend {
            queue.append("; next-hop=")
            queue.append(text: Self.quoted(backend))
        }
        queue.append("; details=")
        queue.append(text: Self.quoted(exitReport ?? sentence))
        queue.append("\r\n")
    }

    /// A string of RFC 8941 §3.3.3, which has no other than visible ASCII.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C: quoted += "\\\(scalar)"
            case 0x20...0x7E: quoted.unicodeScalars.append(scalar)
            default: quoted += "?"
            }
        }
        return quoted + "\""
    }

    private func body(_ format: AnswerFormat) -> String {
        switch format {
        case .text: text
        case .json: json
        case .html: html
        }
    }

    private var title: String { "\(status) \(reason)" }

    /// The sentences, the first without its status.
    private var sentences: [String] {
        var sentences = ["\(sentence)."]
        if let exitReport { sentences.append("\(exitReport).") }
        if attempts.count > 1 {
            let list = attempts.map { "\($0.backend) (\($0.cause.word))" }
            sentences.append("Tried: \(list.joined(separator: ", ")).")
        }
        if !requestID.isEmpty { sentences.append("Request \(requestID).") }
        return sentences
    }

    private var text: String {
        if cause == .meantForUs { return "\(sentence).\n" }
        return "\(title): " + sentences.joined(separator: "\n") + "\n"
    }

    private var html: String {
        let lines = sentences.map { "<p>\(Self.escaped($0))</p>" }.joined(separator: "\n")
        // An icon that is not asked for keeps the backends' turns right.
        return """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <link rel="icon" href="data:,">
            <title>\(title)</title>
            <style>body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:4em auto;\
            padding:0 1em;color-scheme:light dark}</style>
            <h1>\(title)</h1>
            \(lines)
            </html>

            """
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        // Not by characters: `<` with an accent on it is another one, and still begins with a `<`.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private var json: String {
        var members = [
            "\"status\":\(status)", "\"title\":\(JSONText.literal("\(reason)"))",
            "\"detail\":\(JSONText.literal(sentence))",
        ]
        if cause != .meantForUs { members.append("\"error\":\"\(cause.word)\"") }
        if let backend { members.append("\"backend\":\(JSONText.literal(backend))") }
        if pid != 0 { members.append("\"pid\":\(pid)") }
        if let ended {
            members.append("\"ending\":\(JSONText.literal(ended.words))")
            if let signal = ended.signalName {
                members.append("\"signal\":\(JSONText.literal(signal))")
            }
            members.append("\"ended_ms_ago\":\(Self.milliseconds(endedAgo))")
            members.append("\"ran_ms\":\(Self.milliseconds(ended.ran))")
        }
        if !attempts.isEmpty {
            let list = attempts.map {
                "{\"backend\":\(JSONText.literal($0.backend)),\"error\":\"\($0.cause.word)\"}"
            }
            members.append("\"attempts\":[\(list.joined(separator: ","))]")
        }
        if !requestID.isEmpty { members.append("\"request_id\":\(JSONText.literal(requestID))") }
        return "{\(members.joined(separator: ","))}\n"
    }

    private static func milliseconds(_ span: Nanoseconds) -> String {
        let micros = span.count / 1000
        let rest = micros % 1000
        return "\(micros / 1000).\(rest / 100)\(rest / 10 % 10)\(rest % 10)"
    }
}
