/// What is fuzzed: each has a folder of bytes to begin with, and one of those that were findings.
enum FuzzTarget: String, CaseIterable {
    /// Bytes as the head of a request.
    case request
    /// Bytes as the head of a response.
    case response
    /// Bytes as a body in chunks.
    case chunked
    /// Bytes as a play of clients and backends around a worker: `Exchange/Script`.
    case exchange

    func examine(_ bytes: [UInt8]) throws(Finding) {
        switch self {
        case .request: try RequestOracle.examine(bytes)
        case .response: try ResponseOracle.examine(bytes)
        case .chunked: try ChunkedOracle.examine(bytes)
        case .exchange: try ExchangeOracle.examine(bytes)
        }
    }
}
