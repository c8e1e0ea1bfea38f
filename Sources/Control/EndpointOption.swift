import Basics

/// An option whose value is an endpoint: how it is read, and what is said where it is none.
enum EndpointOption: String {
    case listen, backend

    /// Reads a value of the option.
    func endpoint(_ text: String) throws(UsageError) -> Endpoint {
        if let endpoint = Endpoint(text), isUsable(endpoint) { return endpoint }
        throw UsageError(
            "--\(rawValue) takes a port, or ADDR:PORT with a numeric address or localhost, not "
                + "'\(text)'", hint: hint(text))
    }

    /// The kernel chooses a port to listen on where it is 0; there is none to connect to.
    private func isUsable(_ endpoint: Endpoint) -> Bool {
        self == .listen || endpoint.port != 0
    }

    private func hint(_ text: String) -> String {
        if let address = Endpoint.host(text) {
            let whole = Endpoint.internet(address, port: examplePort)
            return "a port belongs behind it, as in --\(rawValue) \(whole)"
        }
        if let colon = text.lastIndex(of: ":"), text[..<colon].contains(where: \.isLetter),
            Endpoint("x" + text[colon...]) == nil, Endpoint("127.0.0.1" + text[colon...]) != nil
        {
            return "names are not looked up: give the address itself, as in "
                + "--\(rawValue) \(example)"
        }
        return "as in --\(rawValue) \(examplePort) or --\(rawValue) \(example)"
    }

    private var examplePort: UInt16 {
        switch self {
        case .listen: 8080
        case .backend: 3000
        }
    }

    private var example: String {
        switch self {
        case .listen: "127.0.0.1:8080"
        case .backend: "10.0.0.5:3000"
        }
    }
}
