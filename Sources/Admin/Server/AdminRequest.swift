import Basics
import HTTP1

/// A request as it concerns the answer: where it goes, from where it comes, what it brings.
struct AdminRequest: Equatable {
    var method = Method.get
    /// The parts of the path between slashes, percent-decoded each for itself: a name may have a
    /// slash in it.
    var path: [String] = []
    /// The parameters behind the question mark, in order.
    var query: [(name: String, value: String)] = []
    /// The effective host with its port.
    var host = ""
    var origin: String?
    var fetchSite: String?
    var contentType: String?
    var accept: String?
    var authorization: String?
    /// The number of the last record that an event stream has had (`Last-Event-ID`).
    var lastEvent: String?
    /// Whether the client speaks HTTP/1.0.
    var isOld = false
    var body: [UInt8] = []

    /// The value of a parameter; the last one counts, as with options.
    func value(_ name: String) -> String? { query.last { $0.name == name }?.value }

    static func == (a: AdminRequest, b: AdminRequest) -> Bool {
        a.method == b.method && a.path == b.path && a.host == b.host && a.origin == b.origin
            && a.query.elementsEqual(b.query) { $0 == $1 } && a.body == b.body
    }
}

extension AdminRequest {
    /// Takes what a parsed head says; `nil` where its target names no path that could be meant.
    init?(_ head: borrowing RequestHead, in bytes: Span<UInt8>) {
        func field(_ name: StaticString) -> String? {
            head.value(of: name, in: bytes).map { Self.text(bytes, $0) }
        }
        method = head.method
        host = Self.text(bytes, head.host)
        origin = field("origin")
        fetchSite = field("sec-fetch-site")
        contentType = field("content-type")
        accept = head.accept.map { Self.text(bytes, $0) }
        authorization = field("authorization")
        lastEvent = field("last-event-id")
        isOld = head.minorVersion == 0
        guard head.targetForm == .origin || head.targetForm == .absolute else { return nil }
        let target = Self.text(bytes, head.pathAndQuery)
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = Self.path(parts.first ?? "/") else { return nil }
        self.path = path
        if parts.count > 1 {
            guard let query = Self.query(parts[1]) else { return nil }
            self.query = query
        }
    }

    private static func text(_ bytes: Span<UInt8>, _ range: ByteRange) -> String {
        Utf8.string(bytes.extracting(range.range))
    }

    /// `/v1/processes/a%2Fb` is `v1`, `processes`, `a/b`; `nil` where it is not encoded as it must
    /// be, or is no UTF-8.
    static func path(_ text: Substring) -> [String]? {
        var parts: [String] = []
        for part in text.split(separator: "/", omittingEmptySubsequences: true) {
            guard let decoded = decoded(part, plusIsBlank: false) else { return nil }
            parts.append(decoded)
        }
        return parts
    }

    /// The parameters of a form (application/x-www-form-urlencoded); `nil` where one is malformed.
    static func query(_ text: Substring) -> [(name: String, value: String)]? {
        var parameters: [(name: String, value: String)] = []
        for part in text.split(separator: "&") {
            let sides = part.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(sides[0], plusIsBlank: true),
                let value = decoded(sides.count > 1 ? sides[1] : "", plusIsBlank: true)
            else { return nil }
            parameters.append((name, value))
        }
        return parameters
    }

    /// RFC 3986 §2.1.
    private static func decoded(_ text: Substring, plusIsBlank: Bool) -> String? {
        var octets: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let octet = rest.next() {
            switch octet {
            case 0x25:
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit)
                else { return nil }
                octets.append(high << 4 | low)
            case 0x2B where plusIsBlank: octets.append(Ascii.space)
            default: octets.append(octet)
            }
        }
        return Utf8.isValid(octets.span) ? Utf8.string(octets.span) : nil
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x41...0x46: octet - 0x37
        case 0x61...0x66: octet - 0x57
        default: nil
        }
    }
}
