import Basics

/// Version 1 (§2.1): a line such as `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443`. With its CR and LF
/// it has at most 107 bytes.
enum TextLine {
    static let longest = 107
    /// `PROXY `
    private static let word: [6 of UInt8] = [0x50, 0x52, 0x4F, 0x58, 0x59, 0x20]

    static func parse(_ bytes: Span<UInt8>) -> ProxyParse {
        for index in 0..<min(bytes.count, 6) where bytes[index] != word[index] {
            return .malformed
        }
        guard let end = lineEnd(bytes) else {
            return bytes.count >= longest ? .malformed : .partial
        }
        if end + 2 > longest { return .malformed }
        let line = bytes.extracting(0..<end)
        guard let header = header(line) else { return .malformed }
        return .complete(header, length: end + 2)
    }

    /// Where CR and LF stand.
    private static func lineEnd(_ bytes: Span<UInt8>) -> Int? {
        var index = 0
        while index + 1 < min(bytes.count, longest) {
            if bytes[index] == 0x0D && bytes[index + 1] == 0x0A { return index }
            index += 1
        }
        return nil
    }

    private static func header(_ line: Span<UInt8>) -> ProxyHeader? {
        var reader = WordReader(at: 6)
        guard let family = reader.next(in: line) else { return nil }
        // Whatever follows UNKNOWN is to be passed over.
        if line.spells("UNKNOWN", in: family) { return .local }
        guard let source = reader.next(in: line), let destination = reader.next(in: line),
            let sourcePort = reader.next(in: line).flatMap({ port(line, $0) }),
            let destinationPort = reader.next(in: line).flatMap({ port(line, $0) }),
            reader.isAtEnd(of: line)
        else { return nil }
        if line.spells("TCP4", in: family) {
            guard let from = NumericAddress.inet(line, source),
                let to = NumericAddress.inet(line, destination)
            else { return nil }
            return .inet(
                source: from, sourcePort: sourcePort, destination: to,
                destinationPort: destinationPort)
        }
        guard line.spells("TCP6", in: family), let from = NumericAddress.inet6(line, source),
            let to = NumericAddress.inet6(line, destination)
        else { return nil }
        return .inet6(
            source: from, sourcePort: sourcePort, destination: to,
            destinationPort: destinationPort)
    }

    /// 0 to 65535, without a zero in front.
    private static func port(_ line: Span<UInt8>, _ range: Range<Int>) -> UInt16? {
        NumericAddress.decimal(line, range, most: 65535).map { UInt16($0) }
    }

    // MARK: Writing

    static func append(_ header: ProxyHeader, to queue: inout ByteQueue) {
        switch header {
        case .local: queue.append("PROXY UNKNOWN\r\n")
        case .inet(let source, let sourcePort, let destination, let destinationPort):
            queue.append("PROXY TCP4 ")
            NumericAddress.append(source, to: &queue)
            queue.append(Ascii.space)
            NumericAddress.append(destination, to: &queue)
            appendPorts(sourcePort, destinationPort, to: &queue)
        case .inet6(let source, let sourcePort, let destination, let destinationPort):
            queue.append("PROXY TCP6 ")
            NumericAddress.append(source, to: &queue)
            queue.append(Ascii.space)
            NumericAddress.append(destination, to: &queue)
            appendPorts(sourcePort, destinationPort, to: &queue)
        }
    }

    private static func appendPorts(
        _ source: UInt16, _ destination: UInt16, to queue: inout ByteQueue
    ) {
        queue.append(Ascii.space)
        queue.append(decimal: UInt64(source))
        queue.append(Ascii.space)
        queue.append(decimal: UInt64(destination))
        queue.append("\r\n")
    }
}

/// The words of a line, which exactly one blank each parts.
private struct WordReader {
    private var position: Int

    init(at position: Int) { self.position = position }

    mutating func next(in line: Span<UInt8>) -> Range<Int>? {
        if position >= line.count { return nil }
        let start = position
        while position < line.count && line[position] != Ascii.space { position += 1 }
        let range = start..<position
        // A blank at the end is no end.
        position += position < line.count ? 1 : 2
        return range.isEmpty ? nil : range
    }

    func isAtEnd(of line: Span<UInt8>) -> Bool { position == line.count + 2 }
}
