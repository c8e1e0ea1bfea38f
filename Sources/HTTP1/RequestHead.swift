import Basics

/// The head of a request: read once, asked often, written on (RFC 9112 §3, §5).
///
/// One lives in each thread and is used again for every request. It holds offsets into the bytes
/// it was parsed from, so those must lie still until the head has been written on.
public struct RequestHead: ~Copyable {
    /// The four forms of a request target (RFC 9112 §3.2).
    public enum TargetForm: UInt8, Sendable {
        case origin, absolute, authority, asterisk
    }

    /// The method, as far as it is known.
    public internal(set) var method = Method.other
    /// The method as it was sent.
    public internal(set) var methodRange = ByteRange.empty
    /// The request target as it was sent.
    public internal(set) var target = ByteRange.empty
    /// The form of the request target.
    public internal(set) var targetForm = TargetForm.origin
    /// Path and query; without the leading slash or empty where an absolute form has no path.
    public internal(set) var pathAndQuery = ByteRange.empty
    /// The minor version the client speaks: 0 or 1.
    public internal(set) var minorVersion: UInt8 = 1
    /// The effective host with its port: from an absolute target, else from Host; may be empty.
    public internal(set) var host = ByteRange.empty
    /// How the body ends.
    public internal(set) var framing = BodyFraming.none
    /// Whether the client wants the connection to be kept (RFC 9112 §9.3).
    public internal(set) var isPersistent = true
    /// Whether the client waits for 100 (Continue) (RFC 9110 §10.1.1).
    public internal(set) var expectsContinue = false
    /// The Upgrade value where Connection nominates it and the client speaks HTTP/1.1.
    public internal(set) var upgrade: ByteRange?
    /// The X-Request-Id where it is one run of 1 to 128 visible characters.
    public internal(set) var requestID: ByteRange?
    /// The trace that it says it belongs to.
    public internal(set) var trace = TraceClaim.none
    /// Max-Forwards of TRACE and OPTIONS (RFC 9110 §7.6.2); 0 must not be sent on.
    public internal(set) var maxForwards: UInt64?
    /// The value of the first Accept field.
    public internal(set) var accept: ByteRange?
    /// Whether there is a Via field at all.
    public var hasVia: Bool { !vias.isEmpty }
    /// Whether it says anything about another client than the one that sent it.
    public var hasClaims: Bool { !claims.isEmpty }

    var fields = FieldTable()
    var connection = ConnectionOptions()
    /// Whether the bytes up to the first field can be sent on as they lie.
    var isLineVerbatim = true
    /// Fields that are not sent on, or written by us.
    var dropped = FieldMask()
    /// Fields that only a trusted client may send.
    var claims = FieldMask()
    var forwardedFor = FieldMask()
    var connections = FieldMask()
    var vias = FieldMask()
    /// Whether the client says that it takes trailers (RFC 9110 §10.1.4).
    var takesTrailers = false
    var hostCount = 0
    var requestIDCount = 0
    var upgradeCount = 0
    var traceFields = TraceFields()
    var claimsProto = false
    var claimsHost = false
    var transferEncoding = TransferEncoding.absent
    var contentLength: UInt64?

    private let pin = Pin()

    /// A head that has not been parsed.
    public init() {}

    /// Reads the head that begins at the first of `bytes`.
    ///
    /// After `.partial` it is called again, with the same bytes and more behind them.
    public mutating func parse(_ bytes: Span<UInt8>, limits: HeadLimits) -> HeadParse {
        reset()
        let result = read(bytes, limits)
        switch result {
        case .malformed: return result
        case .complete(let length):
            return length > limits.maxBytes ? .malformed(.headTooLarge) : result
        case .partial:
            return bytes.count >= limits.maxBytes ? .malformed(.headTooLarge) : result
        }
    }

    /// Whether a Via field names `pseudonym` (`lbctl` when empty): the request has been here.
    public func hasVia(naming pseudonym: borrowing InlineText, in bytes: Span<UInt8>) -> Bool {
        var rest = vias
        while let index = rest.popFirst() {
            if ViaList.names(pseudonym, bytes, fields[index].value) { return true }
        }
        return false
    }

    /// The value of the first field of this name, found by looking at each.
    public func value(of name: StaticString, in bytes: Span<UInt8>) -> ByteRange? {
        fields.value(of: name, in: bytes)
    }

    /// The value of the first field of a name that is known only now.
    public func value(named name: Span<UInt8>, in bytes: Span<UInt8>) -> ByteRange? {
        fields.value(named: name, in: bytes)
    }

    private mutating func reset() {
        fields.removeAll()
        connection = ConnectionOptions()
        dropped = FieldMask()
        claims = FieldMask()
        forwardedFor = FieldMask()
        connections = FieldMask()
        vias = FieldMask()
        takesTrailers = false
        isLineVerbatim = true
        host = .empty
        expectsContinue = false
        upgrade = nil
        requestID = nil
        maxForwards = nil
        accept = nil
        trace = .none
        (traceFields.parents, traceFields.states) = (0, 0)
        (hostCount, requestIDCount, upgradeCount) = (0, 0, 0)
        (claimsProto, claimsHost) = (false, false)
        transferEncoding = .absent
        contentLength = nil
    }

    private mutating func read(_ bytes: Span<UInt8>, _ limits: HeadLimits) -> HeadParse {
        var position: Int
        switch readRequestLine(bytes, maxTarget: limits.maxTarget) {
        case .complete(let length): position = length
        case .partial: return .partial
        case .malformed(let reason): return .malformed(reason)
        }
        while true {
            switch FieldTable.scanLine(bytes, at: position, from: .client) {
            case .field(let field, let next):
                position = next
                if !fields.append(field, maxFields: limits.maxFields) {
                    return .malformed(.tooManyFields)
                }
                if field.kind == .other { continue }
                if let reason = note(bytes, field, fields.count &- 1) { return .malformed(reason) }
            case .end(let next):
                fields.close(at: position)
                if let reason = conclude(bytes) { return .malformed(reason) }
                return .complete(length: next)
            case .partial: return .partial
            case .malformed(let reason): return .malformed(reason)
            }
        }
    }
}
