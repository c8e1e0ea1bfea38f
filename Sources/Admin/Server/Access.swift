import Basics
import HTTP1

/// What a request needs before it is answered.
enum Privilege: Equatable {
    /// Nothing: figures, which every user of the machine may see.
    case none
    /// The token: what processes have written may hold secrets.
    case token
    /// The token, and proof that no other site's page sent it: it changes something.
    case order
}

/// Which requests are answered, so that no page of another site and no other user of the machine
/// reads logs or gives orders.
///
/// The name in Host is looked at on every request: a page of another site can have its own name
/// lead to 127.0.0.1, and then shares our origin; but the name in Host stays its own.
struct Access: Sendable {
    /// What is wrong with a request.
    enum Fault: Equatable {
        case foreignHost
        case foreignOrigin
        case wrongContentType
        case noToken
        case wrongToken
        /// Orders are not taken at all (`--read-only`).
        case readOnly
    }

    /// Names that are taken besides those of this machine's loopback.
    let hosts: [String]
    let token: [UInt8]
    let isReadOnly: Bool

    /// `token` is empty where none is known; then nothing is given that needs it.
    init(hosts: [String] = [], token: String, isReadOnly: Bool = false) {
        self.hosts = hosts.map { $0.lowercased() }
        self.token = Array(token.utf8)
        self.isReadOnly = isReadOnly
    }

    /// Why a request is not answered; `nil` where it is.
    func fault(of request: AdminRequest, needing privilege: Privilege) -> Fault? {
        if !isOwn(host: request.host) { return .foreignHost }
        switch privilege {
        case .none: return nil
        case .token: return tokenFault(request)
        case .order:
            if isReadOnly { return .readOnly }
            if let origin = request.origin, !isOwn(origin: origin, host: request.host) {
                return .foreignOrigin
            }
            switch request.fetchSite {
            case nil, "same-origin", "none": break
            default: return .foreignOrigin
            }
            if let fault = tokenFault(request) { return fault }
            // A page can send a form to another site unasked, but no JSON.
            let isJSON = request.method == .delete || Self.isJSON(request.contentType)
            return isJSON ? nil : .wrongContentType
        }
    }

    private func tokenFault(_ request: AdminRequest) -> Fault? {
        guard let given = request.authorization else { return .noToken }
        let parts = given.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return .noToken }
        return isToken(parts[1]) ? nil : .wrongToken
    }

    /// Compares all of it whatever differs, so that the time taken tells nothing of it.
    private func isToken(_ text: Substring) -> Bool {
        let given = Array(text.utf8)
        var difference = UInt8(given.count == token.count && !token.isEmpty ? 0 : 1)
        for index in token.indices {
            difference |= token[index] ^ (index < given.count ? given[index] : 0)
        }
        return difference == 0
    }

    private func isOwn(host: String) -> Bool {
        let name = Self.name(ofHost: host)
        return ["localhost", "127.0.0.1", "[::1]"].contains(name) || hosts.contains(name)
    }

    /// An origin is ours where it is plain HTTP and names the host and port that were asked.
    private func isOwn(origin: String, host: String) -> Bool {
        origin.lowercased() == "http://\(host.lowercased())"
    }

    /// A host without its port, in small letters.
    static func name(ofHost host: String) -> String {
        let host = host.lowercased()
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            let rest = host[host.index(after: end)...]
            return rest.isEmpty || rest.hasPrefix(":") ? String(host[...end]) : host
        }
        let name = host.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)[0]
        return String(name)
    }

    private static func isJSON(_ type: String?) -> Bool {
        guard let type else { return false }
        let name = type.split(separator: ";", omittingEmptySubsequences: false)[0]
        return name.withoutBlanks.lowercased() == "application/json"
    }
}

extension Access.Fault {
    /// What it is answered with, RFC 9110 §15.5.
    var status: UInt16 {
        switch self {
        case .foreignHost, .foreignOrigin, .readOnly: 403
        case .wrongContentType: 415
        case .noToken, .wrongToken: 401
        }
    }

    /// What was wrong and what to do.
    var sentence: String {
        switch self {
        case .foreignHost:
            "the name in Host is none of this machine's loopback; use localhost or 127.0.0.1, or "
                + "start lb-admin with --admin-host NAME"
        case .foreignOrigin: "orders are taken from this server's own page alone"
        case .readOnly: "orders are not taken here"
        case .wrongContentType: "an order is sent as Content-Type: application/json"
        case .noToken:
            "a token is needed: Authorization: Bearer TOKEN ('lbctl admin' prints the address "
                + "with it)"
        case .wrongToken:
            "the token is not this service's ('lbctl admin' prints the address with it)"
        }
    }
}
