import Basics
import TestSupport
import Testing

@testable import Logs

@Suite struct JSONPainterTests {
    private func painted(
        _ text: [UInt8], generation: UInt32 = 0, stream: Logs.Stream = .out, part: Part = .whole
    ) -> String {
        var painter = JSONPainter()
        var queue = ByteQueue(capacity: 64)
        let name = Array("backend.2".utf8)
        let record = Record(
            stamp: Stamp(sequence: 7, time: example), name: name.span, generation: generation,
            stream: stream, part: part, text: text.span)
        painter.append(record, to: &queue)
        return TestSupport.text(queue)
    }

    private func json(_ text: [UInt8]) -> String {
        var queue = ByteQueue(capacity: 64)
        JSONText.append(text.span, to: &queue)
        return TestSupport.text(queue)
    }

    @Test func `a record is one object on one line`() {
        #expect(
            painted(Array("hi".utf8))
                == "{\"seq\":7,\"time\":\"2026-11-20T09:08:58.123456Z\",\"name\":\"backend.2\","
                + "\"stream\":\"out\",\"text\":\"hi\"}\n")
        #expect(
            painted(Array("hi".utf8), generation: 3, stream: .err, part: .middle)
                == "{\"seq\":7,\"time\":\"2026-11-20T09:08:58.123456Z\",\"name\":\"backend.2\","
                + "\"generation\":3,\"stream\":\"err\",\"text\":\"hi\",\"partial\":true,"
                + "\"continued\":true}\n")
    }

    @Test func `each single byte makes a clean string`() {
        for byte in UInt8.min...UInt8.max {
            let made = json([byte])
            #expect(made.hasPrefix("\"") && made.hasSuffix("\""))
            #expect(made.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
            let inner = made.dropFirst().dropLast()
            let expected: String =
                switch byte {
                case 9: "\\t"
                case 10: "\\n"
                case 13: "\\r"
                case 0x22: "\\\""
                case 0x5C: "\\\\"
                case 0x20..<0x7F: String(UnicodeScalar(byte))
                case 0x80...: "\u{FFFD}"
                default: "\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }
            #expect(inner == expected)
        }
    }

    @Test(
        arguments: [
            ([0xFF], "/w=="), ([0xFF, 0xFE], "//4="), ([0xFF, 0xFE, 0xFD], "//79"),
            ([0x41, 0x42, 0x43, 0xFF], "QUJD/w=="),
        ] as [([UInt8], String)])
    func `what is no UTF-8 comes with its bytes`(bytes: [UInt8], base64: String) {
        #expect(painted(bytes).hasSuffix(",\"raw_base64\":\"\(base64)\"}\n"))
    }

    @Test func `what is UTF-8 comes without`() {
        #expect(!painted(Array("\u{E4}\u{1F600}\u{9B}".utf8)).contains("raw_base64"))
    }
}
