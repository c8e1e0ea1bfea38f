import Basics

extension ResponseHead {
    /// Writes the head as it is sent to the client, to the empty line at its end.
    ///
    /// `chunked` says that the body follows in chunks of ours (RFC 9112 §7.1), or would follow in
    /// answer to GET. `lines` are whole field lines of ours, each with its line end, and come
    /// behind the others.
    public func writeForwarded(
        from bytes: Span<UInt8>, connection: ConnectionWord, chunked: Bool,
        adding lines: Span<UInt8>, to out: inout ByteQueue
    ) {
        var without = dropped
        var start = 0
        if !isLineVerbatim || !odd.isEmpty {
            writeStatusLine(from: bytes, to: &out)
            start = lineEnd
        }
        let isChunked = chunked && mayBeFramed
        without.formUnion(transferEncodings)
        if isChunked {
            without.formUnion(contentLengths)
        } else {
            without.formUnion(trailer)
            if !isLengthPlain { without.formUnion(contentLengths) }
        }
        // RFC 9110 §15.5.22: 426 says in Upgrade what it wants; elsewhere it is of that hop alone.
        let keepsUpgrade = !upgrades.isEmpty && (connection == .upgrade || status == 426)
        if !keepsUpgrade { without.formUnion(upgrades) }
        if odd.isEmpty {
            fields.appendRuns(from: bytes, start: start, without: without, to: &out)
        } else {
            fields.appendAnew(from: bytes, without: without, to: &out)
        }
        if isChunked {
            out.append("Transfer-Encoding: chunked\r\n")
        } else if !isLengthPlain && mayBeFramed, let contentLength {
            out.append("Content-Length: ")
            out.append(decimal: contentLength)
            out.append("\r\n")
        }
        writeConnection(connection, keepsUpgrade: keepsUpgrade, to: &out)
        out.append(lines)
        out.append("\r\n")
    }

    private func writeStatusLine(from bytes: Span<UInt8>, to out: inout ByteQueue) {
        out.append("HTTP/1.1 ")
        out.append(decimal: UInt64(status))
        out.append(" ")
        out.append(bytes.extracting(reason.range))
        out.append("\r\n")
    }

    private func writeConnection(
        _ word: ConnectionWord, keepsUpgrade: Bool, to out: inout ByteQueue
    ) {
        switch word {
        case .keepAlive: if keepsUpgrade { out.append("Connection: upgrade\r\n") }
        case .keepAliveFor10:
            out.append(
                keepsUpgrade
                    ? "Connection: keep-alive, upgrade\r\n" : "Connection: keep-alive\r\n")
        case .close:
            out.append(keepsUpgrade ? "Connection: close, upgrade\r\n" : "Connection: close\r\n")
        case .upgrade: out.append("Connection: upgrade\r\n")
        }
    }
}
