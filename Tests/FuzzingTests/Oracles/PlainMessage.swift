/// A second, naive reader of message heads: slow, strict, and written from the RFC alone, so that
/// the product's parser can be judged by it.
struct PlainMessage {
    var startLine: [UInt8] = []
    var fields: [(name: [UInt8], value: [UInt8])] = []
    /// Bytes from the first to behind the empty line.
    var length = 0

    /// The head that begins at `start`; nothing where it is not complete.
    ///
    /// RFC 9112 §2.2 lets a server skip empty lines before a request.
    init?(_ bytes: ArraySlice<UInt8>, skipsEmptyLines: Bool = false) throws(Finding) {
        try self.init(bytes, skipsEmptyLines: skipsEmptyLines, keepsControls: false)
    }

    /// A message where values may have control characters in them (RFC 9110 §5.5), but no zero.
    init?(keepsControls bytes: ArraySlice<UInt8>) throws(Finding) {
        try self.init(bytes, skipsEmptyLines: false, keepsControls: true)
    }

    /// A message of a backend, where lines may end with a line feed alone and blanks may be before
    /// the colon (RFC 9112 §2.2, §5.1): first made into what it should have been.
    init?(lenient bytes: ArraySlice<UInt8>) throws(Finding) {
        var proper: [UInt8] = []
        var endsAlone: [Bool] = []
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            endsAlone.append(line.last != 0x0D)
            var text = Array(endsAlone.last == true ? line : line.dropLast())
            if endsAlone.count > 1, let colon = text.firstIndex(of: 0x3A) {
                text = Self.trimmedEnd(text[..<colon]) + text[colon...]
            }
            proper += text + [0x0D, 0x0A]
        }
        try require(
            Set(endsAlone.dropFirst()).count <= 1,
            "lines that end differently are taken")
        try self.init(proper[...], skipsEmptyLines: false, keepsControls: true)
        length = bytes.count
    }

    private init?(
        _ bytes: ArraySlice<UInt8>, skipsEmptyLines: Bool, keepsControls: Bool
    ) throws(Finding) {
        var position = bytes.startIndex
        if skipsEmptyLines {
            while bytes[position...].starts(with: [0x0D, 0x0A]) { position += 2 }
        }
        var lines: [[UInt8]] = []
        while true {
            guard let end = bytes[position...].firstIndex(of: 0x0A) else { return nil }
            try require(
                end > position && bytes[end - 1] == 0x0D, "a line ends without a carriage return")
            let line = Array(bytes[position..<end - 1])
            try require(
                line.allSatisfy { byte in
                    if byte == 0x0D || byte == 0 { return false }
                    return (byte >= 0x20 && byte != 0x7F) || byte == 0x09 || keepsControls
                },
                "a control character is in a line: \(shown(line))")
            position = end + 1
            if line.isEmpty { break }
            lines.append(line)
        }
        try require(!lines.isEmpty, "a head has no start line")
        startLine = lines[0]
        length = position - bytes.startIndex
        for line in lines.dropFirst() { fields.append(try Self.field(line)) }
    }

    /// RFC 9112 §5: field-name ":" OWS field-value OWS
    static func field(_ line: [UInt8]) throws(Finding) -> (name: [UInt8], value: [UInt8]) {
        guard let colon = line.firstIndex(of: 0x3A), colon > 0 else {
            throw Finding("a field line has no name: \(shown(line))")
        }
        try require(
            line[..<colon].allSatisfy(Self.isToken), "a field's name is no token: \(shown(line))")
        return (lowered(line[..<colon]), trimmed(line[(colon + 1)...]))
    }

    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: Array("!#$%&'*+-.^_`|~".utf8).contains(byte)
        }
    }

    static func lowered(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    }

    static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var rest = bytes
        while let first = rest.first, first == 0x20 || first == 0x09 { rest = rest.dropFirst() }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
        return Array(rest)
    }

    private static func trimmedEnd(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var rest = bytes
        while let last = rest.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
        return Array(rest)
    }

    func values(_ name: String) -> [[UInt8]] {
        fields.filter { $0.name == Array(name.utf8) }.map(\.value)
    }

    /// The elements of all lists of this name, in lower case.
    func elements(_ name: String) -> [[UInt8]] {
        values(name).flatMap { value in
            value.split(separator: 0x2C, omittingEmptySubsequences: false)
                .map { Self.lowered(Self.trimmed($0)) }
        }
    }

    /// Method, target and version of a request.
    func requestLine() throws(Finding) -> (method: [UInt8], target: [UInt8], version: [UInt8]) {
        let parts = startLine.split(separator: 0x20, omittingEmptySubsequences: false)
        try require(parts.count == 3, "a request line has no three parts: \(shown(startLine))")
        try require(
            !parts[0].isEmpty && parts[0].allSatisfy(Self.isToken), "a method is no token")
        try require(
            !parts[1].isEmpty && parts[1].allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x23 },
            "a target is none: \(shown(parts[1]))")
        try require(Self.isVersion(parts[2]), "a version is none: \(shown(parts[2]))")
        return (Array(parts[0]), Array(parts[1]), Array(parts[2]))
    }

    /// The status of a response, and whether its sender speaks HTTP/1.0.
    func statusLine() throws(Finding) -> (status: Int, isOld: Bool) {
        try require(
            startLine.count >= 12 && Self.isVersion(startLine[..<8]) && startLine[8] == 0x20,
            "a status line is none: \(shown(startLine))")
        try require(
            startLine[9..<12].allSatisfy { (0x30...0x39).contains($0) }
                && (startLine.count == 12 || startLine[12] == 0x20),
            "a status is none: \(shown(startLine))")
        let status = startLine[9..<12].reduce(0) { $0 * 10 + Int($1 - 0x30) }
        try require(status >= 100, "a status is below 100")
        return (status, startLine[7] == 0x30)
    }

    private static func isVersion(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count == 8 && bytes.starts(with: Array("HTTP/1.".utf8))
            && (0x30...0x39).contains(bytes[bytes.endIndex - 1])
    }
}
