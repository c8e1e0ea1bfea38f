import Basics

/// What the fields of a request say to us, and what follows from all of them.
extension RequestHead {
    /// Takes a field in whose name says something to us.
    mutating func note(
        _ bytes: Span<UInt8>, _ field: Field, _ index: Int
    ) -> Malformation? {
        switch field.kind {
        case .host:
            hostCount &+= 1
            // RFC 9112 §3.2.2: the authority of an absolute target replaces Host.
            if targetForm == .absolute { dropped.insert(index) } else { host = field.value }
            if hostCount > 1 { return .hostRepeated }
            return HostGrammar.isValid(bytes, field.value.range) ? nil : .hostInvalid
        case .connection:
            dropped.insert(index)
            connections.insert(index)
            return connection.note(bytes, field.value)
        case .contentLength:
            dropped.insert(index)
            return noteContentLength(bytes, field.value)
        case .transferEncoding:
            dropped.insert(index)
            return noteTransferEncoding(bytes, field.value)
        case .accept:
            if accept == nil { accept = field.value }
        case .hopByHop, .underscored, .trailer:
            // Trailers themselves are dropped too (RFC 9112 §7.1.2): some backends leave them
            // unread and take them for the next request.
            dropped.insert(index)
        case .te:
            dropped.insert(index)
            noteTE(bytes, field.value)
        case .upgrade:
            dropped.insert(index)
            upgradeCount += 1
            upgrade = field.value
        case .expect:
            noteExpect(bytes, field.value, index)
        case .via:
            vias.insert(index)
        case .maxForwards:
            noteMaxForwards(bytes, field.value, index)
        case .requestID:
            requestIDCount += 1
            dropped.insert(index)
            requestID = field.value
        case .forwardedFor:
            claims.insert(index)
            forwardedFor.insert(index)
        case .forwardedProto:
            claims.insert(index)
            claimsProto = true
        case .forwardedHost:
            claims.insert(index)
            claimsHost = true
        case .forwarded, .otherClaim:
            claims.insert(index)
        case .traceParent, .traceState: noteTrace(field, index)
        case .other, .date: break
        }
        return nil
    }

    private mutating func noteContentLength(
        _ bytes: Span<UInt8>, _ value: ByteRange
    ) -> Malformation? {
        // RFC 9112 §6.3: equal ones might be made one; no honest client sends them in a request.
        if contentLength != nil { return .contentLengthRepeated }
        if transferEncoding == .chunked { return .contentLengthWithTransferEncoding }
        contentLength = DecimalNumber.exact(bytes, value.range)
        return contentLength == nil ? .contentLengthInvalid : nil
    }

    private mutating func noteTransferEncoding(
        _ bytes: Span<UInt8>, _ value: ByteRange
    ) -> Malformation? {
        if minorVersion == 0 { return .transferEncodingInOldVersion }
        if contentLength != nil { return .contentLengthWithTransferEncoding }
        return transferEncoding.note(bytes, value)
    }

    /// TE = #( "trailers" / ( transfer-coding [ weight ] ) ): it is of this hop, and of codings we
    /// have none to offer; but trailers come from the backend, which must know that they may.
    private mutating func noteTE(_ bytes: Span<UInt8>, _ value: ByteRange) {
        // HTTP/1.0 has no chunks, and so no trailers.
        if minorVersion == 0 { return }
        var list = CommaList(value.range)
        while let element = list.next(bytes) {
            if Ascii.equal(bytes, element, ignoringCase: "trailers") { takesTrailers = true }
        }
    }

    private mutating func noteExpect(_ bytes: Span<UInt8>, _ value: ByteRange, _ index: Int) {
        if !Ascii.equal(bytes, value.range, ignoringCase: "100-continue") { return }
        if minorVersion == 0 {
            // RFC 9110 §10.1.1: it is ignored, and no 100 may ever reach such a client.
            dropped.insert(index)
        } else {
            expectsContinue = true
        }
    }

    private mutating func noteMaxForwards(
        _ bytes: Span<UInt8>, _ value: ByteRange, _ index: Int
    ) {
        // RFC 9110 §7.6.2: other methods may ignore it; theirs is sent on as it is.
        if method != .trace && method != .options { return }
        guard let hops = DecimalNumber.saturating(bytes, value.range) else { return }
        maxForwards = min(hops, maxForwards ?? .max)
        dropped.insert(index)
    }

    /// Settles what can only be told when all fields are known.
    mutating func conclude(_ bytes: Span<UInt8>) -> Malformation? {
        if hostCount == 0 && minorVersion == 1 { return .hostMissing }
        if transferEncoding == .chunked {
            framing = .chunked
        } else if let length = contentLength {
            framing = .length(length)
            if length == 0 { expectsContinue = false }
        } else {
            framing = .none
            expectsContinue = false
        }
        isPersistent = connection.isPersistent(minorVersion: minorVersion)
        if upgradeCount > 0 { concludeUpgrade(bytes) }
        if requestIDCount > 0 { concludeRequestID(bytes) }
        if !traceFields.areAbsent { concludeTrace(bytes) }
        if connection.hasNominations {
            var rest = connections
            while let index = rest.popFirst() {
                ConnectionOptions.findNominated(
                    by: fields[index].value, in: fields, bytes, into: &dropped)
            }
        }
        return nil
    }

    private mutating func concludeUpgrade(_ bytes: Span<UInt8>) {
        guard let value = upgrade else { return }
        var isWanted = connection.hasUpgrade && minorVersion == 1 && upgradeCount == 1
        var list = CommaList(value.range)
        while let protocolName = list.next(bytes) {
            // HTTP/2 inside a tunnel would carry requests past us (RFC 9113 §3.1 withdrew it).
            if protocolName.isEmpty || Ascii.equal(bytes, protocolName, ignoringCase: "h2c") {
                isWanted = false
            }
        }
        if !isWanted { upgrade = nil }
    }

    private mutating func concludeRequestID(_ bytes: Span<UInt8>) {
        guard let value = requestID else { return }
        var isValid = requestIDCount == 1 && value.count >= 1 && value.count <= 128
        if isValid {
            for index in value.range where !RequestHead.isIdentifier(bytes[index]) {
                isValid = false
            }
        }
        // A valid one stays where it lies; of two it can't be said which is meant.
        if !isValid { requestID = nil }
        if isValid, let index = fields.first(.requestID) { dropped.remove(index) }
    }

    /// A tchar or one of `/:=@`: what identifiers are made of, and harmless in a log.
    private static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x2F, 0x3A, 0x3D, 0x40: true
        default: Scan.isToken(byte)
        }
    }
}
