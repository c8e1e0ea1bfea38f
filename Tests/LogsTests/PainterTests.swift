import Basics
import TestSupport
import Testing

@testable import Logs

@Suite struct PainterTests {
    private func painted(
        _ text: [UInt8], colour: Bool = false, name: String = "web", stream: Logs.Stream = .out,
        part: Part = .whole, width: Int = 0
    ) -> String {
        var painter = Painter(colour: colour, width: width)
        return paint(&painter, text, name: name, stream: stream, part: part)
    }

    private func shown(_ text: [UInt8], colour: Bool = false) -> String {
        var queue = ByteQueue(capacity: 64)
        SafeText.append(text.span, colours: colour, to: &queue)
        return TestSupport.text(queue)
    }

    @Test func `of an access line what stands behind a TAB is not shown, of others it is`() {
        let text = Array("a b\tt3g5f1".utf8)
        #expect(painted(text, stream: .access).hasSuffix(" web | a b\n"))
        #expect(painted(text, stream: .out).hasSuffix(" web | a b\tt3g5f1\n"))
        #expect(painted(text, stream: .access, part: .first).hasSuffix(" web | a b +\n"))
    }

    @Test func `a record is painted with its time, its padded name and its text`() {
        #expect(
            painted(Array("hello".utf8), width: 9)
                == "2026-11-20T09:08:58.123456Z web       | hello\n")
        #expect(
            painted(Array("hello".utf8), colour: true, name: "lbctl", stream: .err)
                == "2026-11-20T09:08:58.123456Z \u{1B}[1mlbctl\u{1B}[0m "
                + "\u{1B}[33m:\u{1B}[0m hello\n"
        )
    }

    @Test func `access lines have the colour of their class, and events that of their tone`() {
        let line = "::1 \"GET / HTTP/1.1\" %s 33 0.169ms backend.1 id=x"
        for (status, colour) in [("200", ""), ("404", "\u{1B}[33m"), ("503", "\u{1B}[31m")] {
            let text = line.replacing("%s", with: status)
            let end = colour.isEmpty ? "" : "\u{1B}[0m"
            #expect(
                painted(Array(text.utf8), colour: true, stream: .access)
                    .hasSuffix(" \u{1B}[2m|\u{1B}[0m \(colour)\(text)\(end)\n"))
            #expect(painted(Array(text.utf8), stream: .access).hasSuffix(" | \(text)\n"))
        }
        let ready = Array("ready name=\"web.1\" port=3000 pid=42".utf8)
        #expect(
            painted(ready, colour: true, name: "lbctl", stream: .event)
                .hasSuffix(" \u{1B}[32mweb.1 (port 3000, pid 42) is ready\u{1B}[0m\n"))
    }

    @Test func `what was written over is left out, or shown where that is wanted`() {
        let bar = Array("\r10%\r50%\rfailed: disk full\rdone\r".utf8)
        #expect(painted(bar).hasSuffix(" | done\n"))
        var painter = Painter(colour: false, overwritten: .shown)
        let shown = paint(&painter, bar, name: "web", stream: .out, part: .whole)
        #expect(shown.hasSuffix(" | 10%^M50%^Mfailed: disk full^Mdone\n"))
    }

    @Test func `names stand below each other once the widest is known`() {
        var painter = Painter(colour: false)
        painter.expect(name: "balancer")
        let first = paint(&painter, [65], name: "web.1", stream: .out, part: .whole)
        let wider = paint(&painter, [65], name: "backend.10", stream: .out, part: .whole)
        let last = paint(&painter, [65], name: "web.1", stream: .out, part: .whole)
        #expect(first.hasSuffix("Z web.1    | A\n"))
        #expect(wider.hasSuffix("Z backend.10 | A\n"))
        #expect(last.hasSuffix("Z web.1      | A\n"))
    }

    @Test func `parts of a line are marked, and an empty end shows nothing`() {
        #expect(painted([65], part: .first).hasSuffix("web | A +\n"))
        #expect(painted([65], part: .middle).hasSuffix("web + A +\n"))
        #expect(painted([65], part: .last).hasSuffix("web + A\n"))
        #expect(painted([], part: .last) == "")
    }

    @Test func `a text of several lines is painted as several lines`() {
        #expect(painted(Array("a\nb".utf8)).split(separator: "\n").count == 2)
        #expect(painted(Array("a\nb".utf8)).hasSuffix("web | b\n"))
    }

    @Test func `the copies of one type differ in colour and keep it`() {
        let first = SourceColour.code(of: "backend.1".utf8.span)
        let second = SourceColour.code(of: "backend.2".utf8.span)
        #expect("\(first)" != "\(second)")
        #expect("\(first)" == "\(SourceColour.code(of: "backend.1".utf8.span))")
    }

    @Test func `each single byte is shown without harm`() {
        for byte in UInt8.min...UInt8.max {
            let shown = Array(shown([byte], colour: byte % 2 == 0).utf8)
            #expect(shown.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 9 })
            let expected: String =
                switch byte {
                case 9, 0x20..<0x7F: String(UnicodeScalar(byte))
                case 0..<0x20: "^" + String(UnicodeScalar(byte + 64))
                case 0x7F: "^?"
                default: "\\x" + String(byte, radix: 16)
                }
            #expect(String(decoding: shown, as: UTF8.self) == expected)
        }
    }

    @Test func `each pair of an escape and another byte keeps the escape from the terminal`() {
        for byte in UInt8.min...UInt8.max {
            for colour in [false, true] {
                #expect(!shown([27, byte, 65], colour: colour).utf8.contains(27))
                #expect(!shown([27, 0x5B, byte], colour: colour).utf8.contains(27) || byte == 0x6D)
            }
        }
    }

    static let nasty: [(String, plain: String, coloured: String)] = [
        ("\u{1B}[31mred\u{1B}[0m", "red", "\u{1B}[31mred\u{1B}[0m\u{1B}[0m"),
        ("\u{1B}[1;38;5;9mx", "x", "\u{1B}[1;38;5;9mx\u{1B}[0m"),
        ("\u{1B}[2J\u{1B}[H", "^[[2J^[[H", "^[[2J^[[H"),
        ("\u{1B}]0;title\u{07}", "^[]0;title^G", "^[]0;title^G"),
        ("\u{1B}[?25l", "^[[?25l", "^[[?25l"), ("\u{1B}[>4;1m", "^[[>4;1m", "^[[>4;1m"),
        ("\u{1B}", "^[", "^["), ("\u{1B}[", "^[[", "^[["), ("\u{1B}[31", "^[[31", "^[[31"),
        ("\u{9B}31mx", "\\x9b31mx", "\\x9b31mx"), ("a\0b", "a^@b", "a^@b"),
        ("\u{E4}\u{1F600}", "\u{E4}\u{1F600}", "\u{E4}\u{1F600}"),
        ("a\u{202E}b", "a\\xe2\\x80\\xaeb", "a\\xe2\\x80\\xaeb"),
        ("\u{2028}", "\\xe2\\x80\\xa8", "\\xe2\\x80\\xa8"), ("a\tb", "a\tb", "a\tb"),
    ]

    @Test(arguments: nasty)
    func `nasty text is shown as it may be`(example: String, plain: String, coloured: String) {
        #expect(shown(Array(example.utf8)) == plain)
        #expect(shown(Array(example.utf8), colour: true) == coloured)
    }

    @Test(
        arguments: [
            ([0xFF, 0x41], "\\xffA"), ([0xC3], "\\xc3"), ([0xC3, 0x41], "\\xc3A"),
            ([0xC0, 0x80], "\\xc0\\x80"), ([0xED, 0xA0, 0x80], "\\xed\\xa0\\x80"),
            ([0xE2, 0x82], "\\xe2\\x82"), ([0xF5, 0x80, 0x80, 0x80], "\\xf5\\x80\\x80\\x80"),
            ([0xF0, 0x80, 0x80, 0x80], "\\xf0\\x80\\x80\\x80"),
        ] as [([UInt8], String)])
    func `what is no UTF-8 is shown octet by octet`(example: [UInt8], expected: String) {
        #expect(shown(example) == expected)
    }

    @Test func `what is shown of random bytes is always clean UTF-8`() {
        var dice = Dice(5)
        for _ in 0..<3000 {
            let shown = shown(dice.bytes(40))
            #expect(shown.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0.value == 9 })
            #expect(!shown.unicodeScalars.contains { $0.value == 0xFFFD || $0.value == 0x7F })
        }
    }

    @Test(arguments: [
        ("10%\r20%\r30%", "30%"), ("10%\r20%\r", "20%"), ("\rx", "x"), ("\r\r", ""), ("x", "x"),
    ])
    func `of a progress line the last piece is shown`(example: String, expected: String) {
        #expect(painted(Array(example.utf8)).hasSuffix("web | \(expected)\n"))
    }
}

private func paint(
    _ painter: inout Painter, _ text: [UInt8], name: String, stream: Logs.Stream, part: Part
) -> String {
    var queue = ByteQueue(capacity: 64)
    let name = Array(name.utf8)
    let record = Record(
        stamp: Stamp(sequence: 1, time: example), name: name.span, stream: stream, part: part,
        text: text.span)
    painter.append(record, to: &queue)
    return TestSupport.text(queue)
}
