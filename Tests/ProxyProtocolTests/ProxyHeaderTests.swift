import Basics
import Testing

@testable import ProxyProtocol

@Suite struct ProxyHeaderTests {
    static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]
    static let inet = ProxyHeader.inet(
        source: 0xC000_0207, sourcePort: 4711, destination: 0xC000_0201, destinationPort: 443)
    static let inet6 = ProxyHeader.inet6(
        source: .init(high: 0x2001_0DB8_0000_0000, low: 7), sourcePort: 65535,
        destination: .init(high: 0, low: 1), destinationPort: 0)

    private func parse(_ bytes: [UInt8]) -> ProxyParse { ProxyHeader.parse(bytes.span) }
    private func parse(_ text: String) -> ProxyParse { parse(Array(text.utf8)) }

    private func written(_ header: ProxyHeader, _ version: ProxyHeader.Version) -> [UInt8] {
        var queue = ByteQueue(capacity: 16)
        header.append(as: version, to: &queue)
        let span = queue.bytes
        return span.indices.map { span[$0] }
    }

    @Test(arguments: [inet, inet6, .local], [ProxyHeader.Version.text, .binary])
    func `what is written is read as it was, and every beginning of it is partial`(
        _ header: ProxyHeader, _ version: ProxyHeader.Version
    ) {
        let bytes = written(header, version)
        for count in 0..<bytes.count { #expect(parse(Array(bytes[..<count])) == .partial) }
        #expect(parse(bytes) == .complete(header, length: bytes.count))
        #expect(parse(bytes + [1, 2, 3]) == .complete(header, length: bytes.count))
    }

    @Test func `the first version is the line of the specification`() {
        let line = "PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n"
        #expect(String(decoding: written(Self.inet, .text), as: UTF8.self) == line)
        #expect(parse(line) == .complete(Self.inet, length: line.utf8.count))
        let longest =
            "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535"
            + String(repeating: "x", count: 48) + "\r\n"
        #expect(longest.utf8.count == 107)
        #expect(parse(longest) == .complete(.local, length: 107))
        #expect(parse("PROXY UNKNOWN\r\n") == .complete(.local, length: 15))
        #expect(parse("PROXY UNKNOWN" + String(repeating: "x", count: 100)) == .malformed)
    }

    @Test(arguments: [
        "PROXY TCP4 192.0.2.7 192.0.2.1 4711\r\n", "PROXY TCP4  192.0.2.7 192.0.2.1 4711 443\r\n",
        "PROXY TCP4 192.0.2.7 192.0.2.1 4711 443 \r\n",
        "PROXY TCP4 192.0.2.7 192.0.2.1 4711 443 x\r\n",
        "PROXY TCP4 192.0.2 192.0.2.1 4711 443\r\n", "PROXY TCP4 192.0.2.07 192.0.2.1 4711 443\r\n",
        "PROXY TCP4 192.0.2.7.1 192.0.2.1 4711 443\r\n", "PROXY TCP4 192.0.2.256 192.0.2.1 1 2\r\n",
        "PROXY TCP4 192.0.2.7 192.0.2.1 65536 443\r\n", "PROXY TCP4 192.0.2.7 192.0.2.1 -1 443\r\n",
        "PROXY TCP4 192.0.2.7 192.0.2.1 04711 443\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n",
        "PROXY TCP6 1.2.3.4 ::1 1 2\r\n", "PROXY UDP4 1.2.3.4 1.2.3.5 1 2\r\n", "PROXY \r\n",
        "PROXY\r\n", "proxy TCP4 1.2.3.4 1.2.3.5 1 2\r\n", "GET / HTTP/1.1\r\n",
        "PROXY TCP4 1.2.3.4\n",
        "PROXY TCP4 1.2.3.4 1.2.3.5 1 2\rx\r\n",
    ])
    func `a line that is not the specification's is none`(_ line: String) {
        // Where the line has no end of its own, more might still come.
        let outcome = parse(line)
        #expect(outcome == .malformed || (line == "PROXY TCP4 1.2.3.4\n" && outcome == .partial))
    }

    @Test func `IPv6 addresses are read in every spelling that is allowed`() {
        func read(_ text: String) -> ProxyHeader.IPv6? {
            let bytes = Array(text.utf8)
            return NumericAddress.inet6(bytes.span, 0..<bytes.count)
        }
        #expect(read("::") == .init(high: 0, low: 0))
        #expect(read("::1") == .init(high: 0, low: 1))
        #expect(read("1::") == .init(high: 1 << 48, low: 0))
        #expect(
            read("2001:DB8::a:0:0:7") == .init(high: 0x2001_0DB8 << 32, low: 0xA_0000_0000_0007))
        #expect(read("1:2:3:4:5:6:7:8") == .init(high: 0x1_0002_0003_0004, low: 0x5_0006_0007_0008))
        #expect(read("1:2:3:4:5:6:7::") == .init(high: 0x1_0002_0003_0004, low: 0x5_0006_0007_0000))
        for wrong in [
            "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::",
            ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "1:2:3:4::5:6:7:8", "::1.2.3.4",
        ] { #expect(read(wrong) == nil, "\(wrong)") }
    }

    private func binary(_ command: UInt8, _ kind: UInt8, _ block: [UInt8]) -> [UInt8] {
        Self.signature + [command, kind, UInt8(block.count >> 8), UInt8(block.count & 255)] + block
    }
    private static let block: [UInt8] = [192, 0, 2, 7, 192, 0, 2, 1, 0x12, 0x67, 0x01, 0xBB]

    @Test func `values are passed over where they fill the block exactly`() {
        let whole = binary(0x21, 0x11, Self.block + [0x04, 0, 2, 9, 9, 0xEA, 0, 0])
        #expect(parse(whole) == .complete(Self.inet, length: whole.count))
        for values in [[0x04], [0x04, 0], [0x04, 0, 2, 9], [0x04, 0, 0, 1]] as [[UInt8]] {
            #expect(parse(binary(0x21, 0x11, Self.block + values)) == .malformed)
        }
    }

    @Test func `a checksum that is there must be right`() {
        var bytes = binary(0x21, 0x11, Self.block + [0x03, 0, 4, 0, 0, 0, 0])
        let sum = Checksum.crc32c(bytes.span, zeros: 31..<35)
        #expect(parse(bytes) == .malformed)
        for index in 0..<4 {
            bytes[31 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * index))
        }
        #expect(parse(bytes) == .complete(Self.inet, length: bytes.count))
        bytes[16] ^= 1
        #expect(parse(bytes) == .malformed)
        #expect(Checksum.crc32c(Array("123456789".utf8).span, zeros: 0..<0) == 0xE306_9283)
    }

    @Test func `commands, families and transports that are not given out are refused`() {
        for first in [0x22, 0x11, 0x01, 0x31, 0x2F] as [UInt8] {
            #expect(parse(binary(first, 0x11, Self.block)) == .malformed)
        }
        for kind in [0x13, 0x41, 0xF1, 0x1F] as [UInt8] {
            #expect(parse(binary(0x21, kind, Self.block)) == .malformed)
        }
        // Too short for what they announce.
        #expect(parse(binary(0x21, 0x11, Array(Self.block.dropLast()))) == .malformed)
        #expect(parse(binary(0x21, 0x21, Self.block)) == .malformed)
        #expect(parse(binary(0x21, 0x31, Self.block)) == .malformed)
    }

    @Test func `whatever the bytes are, there is an answer, and its length is among them`() {
        let examples = [Self.inet, Self.inet6].flatMap {
            [written($0, .text), written($0, .binary)]
        }
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func draw(_ most: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(most))
        }
        for _ in 0..<20_000 {
            var bytes = examples[draw(examples.count)]
            for _ in 0...draw(3) { bytes[draw(bytes.count)] = UInt8(draw(256)) }
            bytes.removeLast(draw(bytes.count))
            if case .complete(_, let length) = parse(bytes) { #expect(length <= bytes.count) }
        }
    }

    @Test func `what has no addresses for us is the proxy's own`() {
        for (command, kind) in [(0x20, 0x11), (0x20, 0x00), (0x21, 0x00), (0x21, 0x12)]
            as [(UInt8, UInt8)]
        {
            let bytes = binary(command, kind, Self.block)
            #expect(parse(bytes) == .complete(.local, length: bytes.count))
        }
        let paths = binary(0x21, 0x31, [UInt8](repeating: 0x2F, count: 216))
        #expect(parse(paths) == .complete(.local, length: paths.count))
    }
}
