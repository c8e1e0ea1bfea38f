import Basics

/// The head of a response: read, asked, and sent on as it lies or written anew (RFC 9112 §4, §5).
public struct ResponseHead: ~Copyable {
    /// What our response says about the connection to the client.
    public enum ConnectionWord: UInt8, Sendable {
        /// Kept, which an HTTP/1.1 client need not be told.
        case keepAlive
        /// Kept for an HTTP/1.0 client, which must be told.
        case keepAliveFor10
        /// Closed after this response.
        case close
        /// Switched to another protocol; for 101.
        case upgrade
    }

    /// The status: 100 to 999.
    public internal(set) var status: UInt16 = 0
    /// The minor version the backend speaks: 0 or 1.
    public internal(set) var minorVersion: UInt8 = 1
    /// Whether the backend keeps the connection (RFC 9112 §9.3), where the body's end allows it.
    public internal(set) var isPersistent = true
    /// False where the head can go to an HTTP/1.1 client, on a kept connection, as it lies.
    public internal(set) var needsRewrite = false
    /// Whether it is sent on as it lies, where nothing is added to it and the connection is kept.
    public var isSentAsItLies: Bool { !needsRewrite && transferEncodings.isEmpty }
    /// Whether there is a Date field; one must be added where there is none (RFC 9110 §6.6.1).
    public internal(set) var hasDate = false
    /// Whether Connection names fields of its own: then trailers must not be sent on either.
    public internal(set) var hasNominations = false
    /// The reason phrase; may be empty.
    public internal(set) var reason = ByteRange.empty

    var fields = FieldTable()
    var connection = ConnectionOptions()
    /// Whether the status line can be sent on as it lies.
    var isLineVerbatim = true
    var lineEnd = 0
    /// Fields whose lines must be written anew, as they are not quite what they should be.
    var odd = FieldMask()
    private var bareLineFeeds = FieldMask()
    /// Fields that are never sent on.
    var dropped = FieldMask()
    var connections = FieldMask()
    var trailer = FieldMask()
    var upgrades = FieldMask()
    var transferEncodings = FieldMask()
    var contentLengths = FieldMask()
    var transferEncoding = TransferEncoding.absent
    var contentLength: UInt64?
    /// Whether Content-Length is there once, as a plain number.
    var isLengthPlain = true
    private var transferEncodingCount = 0

    private let pin = Pin()

    /// A head that has not been parsed.
    public init() {}

    /// Reads the head that begins at the first of `bytes`.
    ///
    /// After `.partial` it is called again, with the same bytes and more behind them. A response
    /// that is malformed is answered with 502, whatever status the malformation has.
    public mutating func parse(_ bytes: Span<UInt8>, limits: HeadLimits) -> HeadParse {
        reset()
        let result = read(bytes)
        switch result {
        case .malformed: return result
        case .complete(let length):
            return length > limits.maxBytes ? .malformed(.headTooLarge) : result
        case .partial:
            return bytes.count >= limits.maxBytes ? .malformed(.headTooLarge) : result
        }
    }

    /// How the body ends, which depends on what was asked for (RFC 9112 §6.3).
    public func framing(answering method: Method) -> BodyFraming {
        if method == .head || !hasBody { return .none }
        // RFC 9112 §6.3, case 2: what follows is a tunnel, not a body.
        if method == .connect && status >= 200 && status < 300 { return .none }
        if transferEncoding == .chunked { return .chunked }
        if let contentLength { return .length(contentLength) }
        return .untilClose
    }

    /// Whether the content is a stream of events, which may well be silent for long
    /// (WHATWG HTML §9.2). Each field is looked at.
    public func isEventStream(in bytes: Span<UInt8>) -> Bool {
        guard let value = fields.value(of: "content-type", in: bytes) else { return false }
        let type = value.range.prefix(17)
        if !Ascii.equal(bytes, type, ignoringCase: "text/event-stream") { return false }
        if value.count == 17 { return true }
        let next = bytes[type.upperBound]
        return next == Ascii.semicolon || Scan.isBlank(next)
    }

    /// Whether a 101 names protocols, and none that is not in `wanted`, an Upgrade value.
    ///
    /// RFC 9110 §7.8: a server must not switch to a protocol that was not asked for.
    public func switches(to wanted: Span<UInt8>, in bytes: Span<UInt8>) -> Bool {
        var rest = upgrades
        if rest.isEmpty { return false }
        while let index = rest.popFirst() {
            var list = CommaList(fields[index].value.range)
            while let name = list.next(bytes) {
                if !CommaList.contains(bytes.extracting(name), in: wanted) { return false }
            }
        }
        return true
    }

    /// The value of the first field of this name, found by looking at each.
    public func value(of name: StaticString, in bytes: Span<UInt8>) -> ByteRange? {
        fields.value(of: name, in: bytes)
    }

    /// Whether a response of this status may have a body, or fields that frame one.
    var mayBeFramed: Bool { status >= 200 && status != 204 }
    private var hasBody: Bool { mayBeFramed && status != 304 }

    private mutating func reset() {
        fields.removeAll()
        connection = ConnectionOptions()
        isLineVerbatim = true
        odd = FieldMask()
        bareLineFeeds = FieldMask()
        dropped = FieldMask()
        connections = FieldMask()
        trailer = FieldMask()
        upgrades = FieldMask()
        transferEncodings = FieldMask()
        contentLengths = FieldMask()
        transferEncoding = .absent
        contentLength = nil
        isLengthPlain = true
        transferEncodingCount = 0
        hasDate = false
    }

    private mutating func read(_ bytes: Span<UInt8>) -> HeadParse {
        var position: Int
        switch readStatusLine(bytes) {
        case .complete(let length): position = length
        case .partial: return .partial
        case .malformed(let reason): return .malformed(reason)
        }
        lineEnd = position
        while true {
            switch FieldTable.scanLine(bytes, at: position, from: .backend) {
            case .field(let field, let next):
                position = next
                if !fields.append(field, maxFields: HeadLimits.fieldCapacity) {
                    return .malformed(.tooManyFields)
                }
                if !field.oddities.isEmpty { noteOddities(field, fields.count &- 1) }
                if field.kind == .other { continue }
                if let reason = note(bytes, field, fields.count &- 1) { return .malformed(reason) }
            case .end(let next):
                fields.close(at: position)
                if next &- position == 1 || !bareLineFeeds.isEmpty {
                    if !endsAlike(isBare: next &- position == 1) {
                        return .malformed(.bareLineFeed)
                    }
                    isLineVerbatim = false
                }
                conclude(bytes)
                return .complete(length: next)
            case .partial: return .partial
            case .malformed(let reason): return .malformed(reason)
            }
        }
    }

    private mutating func noteOddities(_ field: Field, _ index: Int) {
        odd.insert(index)
        if field.oddities.contains(.bareLineFeed) { bareLineFeeds.insert(index) }
    }

    /// Whether all lines behind the status line end alike. A program that writes its head with line
    /// feeds alone does so throughout; a single one among proper ends may have been smuggled into a
    /// value.
    private func endsAlike(isBare: Bool) -> Bool {
        fields.count == 0 || (isBare && bareLineFeeds.count == fields.count)
    }

    /// Takes a field in whose name says something to us.
    private mutating func note(
        _ bytes: Span<UInt8>, _ field: Field, _ index: Int
    ) -> Malformation? {
        switch field.kind {
        case .connection:
            dropped.insert(index)
            connections.insert(index)
            return connection.note(bytes, field.value)
        case .contentLength:
            contentLengths.insert(index)
            return noteContentLength(bytes, field.value)
        case .transferEncoding:
            transferEncodings.insert(index)
            transferEncodingCount += 1
            // RFC 9112 §6.1: what speaks 1.0 cannot mean it.
            if minorVersion == 0 { return .transferEncodingInOldVersion }
            if contentLength != nil { return .contentLengthWithTransferEncoding }
            return transferEncoding.note(bytes, field.value)
        case .hopByHop, .te:
            dropped.insert(index)
        case .upgrade:
            upgrades.insert(index)
        case .trailer:
            trailer.insert(index)
        case .date:
            hasDate = true
        case .other, .host, .expect, .via, .maxForwards, .accept, .requestID, .forwarded,
            .forwardedFor, .forwardedProto, .forwardedHost, .otherClaim, .underscored,
            .traceParent, .traceState:
            break
        }
        return nil
    }

    /// RFC 9112 §6.3, case 5: a list or repetition of one number may be taken for it.
    private mutating func noteContentLength(
        _ bytes: Span<UInt8>, _ value: ByteRange
    ) -> Malformation? {
        if transferEncoding == .chunked { return .contentLengthWithTransferEncoding }
        var list = CommaList(value.range)
        while let element = list.next(bytes) {
            guard let length = DecimalNumber.exact(bytes, element) else {
                return .contentLengthInvalid
            }
            if let known = contentLength {
                if known != length { return .contentLengthRepeated }
                isLengthPlain = false
            }
            contentLength = length
        }
        return nil
    }

    /// Settles what can only be told when all fields are known.
    private mutating func conclude(_ bytes: Span<UInt8>) {
        isPersistent = connection.isPersistent(minorVersion: minorVersion)
        if !mayBeFramed { dropped.formUnion(contentLengths) }
        if transferEncoding != .chunked { dropped.formUnion(trailer) }
        hasNominations = connection.hasNominations
        if hasNominations {
            var rest = connections
            while let index = rest.popFirst() {
                ConnectionOptions.findNominated(
                    by: fields[index].value, in: fields, bytes, into: &dropped)
            }
        }
        let hasOddFraming = !isLengthPlain || (!mayBeFramed && transferEncodingCount > 0)
        needsRewrite =
            !isLineVerbatim || !dropped.isEmpty || !upgrades.isEmpty || hasOddFraming
            || !odd.isEmpty
    }
}
