import Basics

extension RequestHead {
    /// Writes the head as it is sent to a backend, to the empty line at its end.
    ///
    /// Fields that are ours to say come last, so that a client's cannot come behind them.
    public func writeForwarded(
        from bytes: Span<UInt8>, adding added: borrowing ForwardedFields, to out: inout ByteQueue
    ) {
        var without = dropped
        if !claims.isEmpty { without.formUnion(added.isTrusted ? forwardedFor : claims) }
        var start = Int(methodRange.start)
        if !isLineVerbatim {
            writeRequestLine(from: bytes, to: &out)
            start = fieldsStart
        }
        if targetForm == .absolute || hostCount == 0 {
            if isLineVerbatim {
                out.append(bytes.extracting(start..<fieldsStart))
                start = fieldsStart
            }
            writeHost(from: bytes, added, to: &out)
        }
        fields.appendRuns(from: bytes, start: start, without: without, to: &out)
        writeFraming(to: &out)
        writeConnection(from: bytes, to: &out)
        if let maxForwards {
            out.append("Max-Forwards: ")
            out.append(decimal: maxForwards == 0 ? 0 : maxForwards - 1)
            out.append("\r\n")
        }
        writeOwn(from: bytes, added, to: &out)
    }

    /// How long method and target are as they are sent on, with the blank between them.
    public func forwardedLineLength(in bytes: Span<UInt8>) -> Int {
        if isLineVerbatim { return Int(target.end) - Int(methodRange.start) }
        return methodRange.count + 1 + (needsRoot(bytes) ? 1 : 0) + pathAndQuery.count
    }

    /// Whether the target as it came has no path (RFC 9112 §3.2.4): OPTIONS about the whole server
    /// becomes the asterisk again, and all others ask for the root.
    private func needsRoot(_ bytes: Span<UInt8>) -> Bool {
        targetForm == .absolute
            && (pathAndQuery.isEmpty || bytes[Int(pathAndQuery.start)] != 0x2F)
    }

    private var fieldsStart: Int { fields.count > 0 ? Int(fields[0].line) : fields.end }

    private func writeRequestLine(from bytes: Span<UInt8>, to out: inout ByteQueue) {
        out.append(bytes.extracting(methodRange.range))
        out.append(" ")
        if needsRoot(bytes) {
            out.append(pathAndQuery.isEmpty && method == .options ? "*" : "/")
        }
        out.append(bytes.extracting(pathAndQuery.range))
        out.append(" HTTP/1.1\r\n")
    }

    private func writeHost(
        from bytes: Span<UInt8>, _ added: borrowing ForwardedFields, to out: inout ByteQueue
    ) {
        out.append("Host: ")
        if targetForm == .absolute {
            out.append(bytes.extracting(host.range))
        } else {
            out.append(added.fallbackHost.bytes)
        }
        out.append("\r\n")
    }

    /// What is of this hop: Upgrade and TE are named in Connection (RFC 9110 §7.8, §10.1.4).
    private func writeConnection(from bytes: Span<UInt8>, to out: inout ByteQueue) {
        if let upgrade {
            out.append(
                takesTrailers
                    ? "Connection: upgrade, TE\r\nTE: trailers\r\nUpgrade: "
                    : "Connection: upgrade\r\nUpgrade: ")
            out.append(bytes.extracting(upgrade.range))
            out.append("\r\n")
        } else if takesTrailers {
            out.append("Connection: TE\r\nTE: trailers\r\n")
        }
    }

    private func writeFraming(to out: inout ByteQueue) {
        switch framing {
        case .none, .untilClose: break
        case .chunked: out.append("Transfer-Encoding: chunked\r\n")
        case .length(let length):
            out.append("Content-Length: ")
            out.append(decimal: length)
            out.append("\r\n")
        }
    }

    /// With the empty line behind it.
    private func writeOwn(
        from bytes: Span<UInt8>, _ added: borrowing ForwardedFields, to out: inout ByteQueue
    ) {
        // RFC 9110 §7.6.3: the version is the one the message came with.
        if added.pseudonym.isEmpty {
            out.append(
                minorVersion == 0
                    ? "Via: 1.0 lbctl\r\nX-Forwarded-For: "
                    : "Via: 1.1 lbctl\r\nX-Forwarded-For: ")
        } else {
            out.append(minorVersion == 0 ? "Via: 1.0 " : "Via: 1.1 ")
            out.append(added.pseudonym.bytes)
            out.append("\r\nX-Forwarded-For: ")
        }
        let isTrusted = added.isTrusted
        if isTrusted {
            var rest = forwardedFor
            while let index = rest.popFirst() {
                if fields[index].value.isEmpty { continue }
                out.append(bytes.extracting(fields[index].value.range))
                out.append(", ")
            }
        }
        out.append(added.clientAddress.bytes)
        // Few long literals rather than many short ones: each is a call.
        if !(isTrusted && claimsProto) {
            let isSecure = added.scheme == .https
            out.append(
                isSecure ? "\r\nX-Forwarded-Proto: https" : "\r\nX-Forwarded-Proto: http")
        }
        if !(isTrusted && claimsHost) && !host.isEmpty {
            out.append("\r\nX-Forwarded-Host: ")
            out.append(bytes.extracting(host.range))
        }
        if requestID == nil, added.requestID.count > 0 {
            out.append("\r\nX-Request-Id: ")
            out.append(added.requestID.bytes)
        }
        if added.writesForwarded { writeForwardedField(from: bytes, added, to: &out) }
        // Last, so that the parent-id stands at a place that is known: see `TraceParent`.
        if let trace = added.trace {
            out.append("\r\ntraceparent: ")
            trace.append(to: &out)
        }
        out.append("\r\n\r\n")
    }

    /// RFC 7239 §4, §6: addresses with colons stand in brackets and quotes.
    private func writeForwardedField(
        from bytes: Span<UInt8>, _ added: borrowing ForwardedFields, to out: inout ByteQueue
    ) {
        out.append("\r\nForwarded: for=")
        let address = added.clientAddress.bytes
        var hasColon = false
        for index in address.indices where address[index] == Ascii.colon { hasColon = true }
        if hasColon { out.append("\"[") }
        out.append(address)
        if hasColon { out.append("]\"") }
        out.append(added.scheme == .https ? ";proto=https" : ";proto=http")
        if !host.isEmpty {
            out.append(";host=\"")
            out.append(bytes.extracting(host.range))
            out.append("\"")
        }
    }
}
