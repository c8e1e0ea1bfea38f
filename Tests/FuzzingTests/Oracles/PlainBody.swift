/// How a body ends, as the naive reader understands it (RFC 9112 §6.3).
enum PlainFraming: Equatable {
    case none
    case length(Int)
    case chunked
    case untilClose
}

extension PlainMessage {
    /// The framing of a request; both kinds together, or two of one, are a finding.
    func requestFraming() throws(Finding) -> PlainFraming {
        let lengths = values("content-length")
        let codings = elements("transfer-encoding")
        try require(lengths.count <= 1, "a request has more than one Content-Length")
        try require(
            lengths.isEmpty || codings.isEmpty,
            "a request has both Content-Length and Transfer-Encoding")
        if !codings.isEmpty {
            try require(
                codings == [Array("chunked".utf8)], "a transfer coding other than one chunked")
            return .chunked
        }
        guard let value = lengths.first else { return .none }
        return .length(try Self.number(value))
    }

    /// The framing of a response to `method`.
    func responseFraming(answering method: [UInt8]) throws(Finding) -> PlainFraming {
        let status = try statusLine().status
        if method == Array("HEAD".utf8) || status < 200 || status == 204 || status == 304 {
            return .none
        }
        let lengths = values("content-length")
        let codings = elements("transfer-encoding")
        try require(
            lengths.isEmpty || codings.isEmpty,
            "a response has both Content-Length and Transfer-Encoding")
        if !codings.isEmpty {
            try require(
                codings == [Array("chunked".utf8)], "a transfer coding other than one chunked")
            return .chunked
        }
        // RFC 9112 §6.3, case 5: one number may be there several times.
        var length: Int?
        for element in elements("content-length") {
            let number = try Self.number(element)
            try require(length == nil || length == number, "a response has several lengths")
            length = number
        }
        return length.map { .length($0) } ?? .untilClose
    }

    static func number(_ text: [UInt8]) throws(Finding) -> Int {
        guard !text.isEmpty, text.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(String(decoding: text, as: UTF8.self))
        else { throw Finding("a length is no number: \(shown(text))") }
        return number
    }
}

/// What the naive reader makes of a body.
struct PlainBody {
    var data: [UInt8] = []
    /// Bytes it takes of the connection, framing included.
    var length = 0
    /// Whether its end was found.
    var isComplete = false
    var trailers: [(name: [UInt8], value: [UInt8])] = []

    /// The body at the front of `bytes`; one that lasts until the close is not complete.
    init(_ bytes: ArraySlice<UInt8>, _ framing: PlainFraming) throws(Finding) {
        switch framing {
        case .none: isComplete = true
        case .length(let count):
            data = Array(bytes.prefix(count))
            length = data.count
            isComplete = length == count
        case .untilClose:
            data = Array(bytes)
            length = data.count
        case .chunked: try readChunks(bytes)
        }
    }

    /// RFC 9112 §7.1, without extensions: what the balancer sends has none.
    private mutating func readChunks(_ bytes: ArraySlice<UInt8>) throws(Finding) {
        var position = bytes.startIndex
        while let size = try Self.sizeLine(bytes, &position) {
            if size == 0 {
                try readTrailers(bytes, &position)
                break
            }
            let available = bytes[position...].prefix(size)
            data += available
            position += available.count
            if available.count < size { break }
            let ending = bytes[position...].prefix(2)
            try require(
                [0x0D, 0x0A].starts(with: ending), "a chunk's data has no line end behind it")
            if ending.count < 2 { break }
            position += 2
        }
        length = isComplete ? position - bytes.startIndex : bytes.count
    }

    private static func sizeLine(
        _ bytes: ArraySlice<UInt8>, _ position: inout Int
    ) throws(Finding) -> Int? {
        var size = 0
        var digits = 0
        while position < bytes.endIndex, let digit = hexDigit(bytes[position]) {
            try require(digits < 16, "a chunk size has more than sixteen digits")
            size = size << 4 | digit
            digits += 1
            position += 1
        }
        let ending = bytes[position...].prefix(2)
        try require([0x0D, 0x0A].starts(with: ending), "a chunk size is no number on a line")
        if ending.count < 2 { return nil }
        try require(digits > 0, "a chunk size has no digits")
        position += 2
        return size
    }

    private mutating func readTrailers(
        _ bytes: ArraySlice<UInt8>, _ position: inout Int
    ) throws(Finding) {
        while let end = bytes[position...].firstIndex(of: 0x0A) {
            try require(
                end > position && bytes[end - 1] == 0x0D, "a trailer line has no proper end")
            let line = Array(bytes[position..<end - 1])
            position = end + 1
            if line.isEmpty {
                isComplete = true
                return
            }
            trailers.append(try PlainMessage.field(line))
        }
    }

    static func hexDigit(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x37
        case 0x61...0x66: Int(byte) - 0x57
        default: nil
        }
    }
}
