import Basics
import TestSupport
import Testing

@testable import Logs

@Suite struct LineSplitterTests {
    static let examples: [String] = [
        "one\ntwo\nthree", "", "\n", "\n\n\r\n", "a\r\nb\r\r\nc\r", "12345678\n", "123456789\n",
        "12345678\r\n", "12345678\r\r\n", "123456789abcdefg\r\n", "123456789abcdefgh", "\r",
        "12345678\r",
        "123456\u{E4}\u{E4}\u{E4}\u{E4}\n", "12345\u{1F600}\u{1F600}\u{1F600}\n",
        "x\n12345678901234567890",
    ]

    @Test(arguments: examples)
    func `how bytes are cut into chunks makes no difference`(example: String) {
        let bytes = Array(example.utf8)
        let whole = pieces([bytes], limit: 8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let chunks = [bytes[..<first], bytes[first..<second], bytes[second...]]
                #expect(pieces(chunks.map { Array($0) }, limit: 8) == whole)
            }
        }
        #expect(pieces(bytes.map { [$0] }, limit: 8) == whole)
    }

    @Test func `random bytes come out the same however they are cut, and none is lost`() {
        var dice = Dice(7)
        for _ in 0..<300 {
            let octets: [UInt8] = [10, 13, 65, 0xC3, 0xA4, 0x80]
            let bytes = (0..<200).map { _ in octets.randomElement(using: &dice)! }
            let whole = pieces([bytes], limit: 8)
            var chunks: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...30, using: &dice)
                chunks.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(pieces(chunks, limit: 8) == whole)
            #expect(whole.allSatisfy { $0.text.count <= 8 })
            var joined: [UInt8] = []
            for piece in whole { joined += piece.text + (piece.part.isPartial ? [] : [10]) }
            #expect(joined == withoutReturns(bytes))
        }
    }

    /// The bytes with each `\r\n` turned into `\n`.
    private func withoutReturns(_ bytes: [UInt8]) -> [UInt8] {
        bytes.indices.filter { bytes[$0] != 13 || $0 + 1 == bytes.count || bytes[$0 + 1] != 10 }
            .map { bytes[$0] }
    }

    @Test func `a line of the limit is whole and one byte more makes two records`() {
        #expect(pieces([Array("12345678\n".utf8)], limit: 8).map(\.part) == [.whole])
        #expect(
            pieces([Array("123456789\n".utf8)], limit: 8) == [
                Piece(text: Array("12345678".utf8), part: .first),
                Piece(text: Array("9".utf8), part: .last),
            ])
    }

    @Test func `no character is torn by the cut`() {
        let made = pieces([Array("1234567\u{E4}\u{1F600}\u{1F600}\n".utf8)], limit: 8)
        for piece in made {
            #expect(String(validating: piece.text, as: UTF8.self) != nil)
        }
        #expect(made.count == 3)
    }

    @Test func `a line of ten megabytes is cut at 64 KiB and needs no more memory than that`() {
        var splitter = LineSplitter()
        let chunk = [UInt8](repeating: 0x78, count: 65_536)
        var parts: [Part] = []
        var total = 0
        for _ in 0..<160 {
            splitter.feed(chunk.span) { text, part in
                parts.append(part)
                total += text.count
            }
            #expect(splitter.pending <= 65_537)
        }
        splitter.feed([10].span) { text, part in
            parts.append(part)
            total += text.count
        }
        #expect(total == 160 * 65_536)
        #expect(parts == [.first] + [Part](repeating: .middle, count: 158) + [.last])
    }

    @Test func `a prompt is shown after a silence and its answer continues it`() {
        var splitter = LineSplitter()
        var seen: [Piece] = []
        splitter.feed(Array("a\nName: \r".utf8).span) {
            seen.append(Piece(text: array($0), part: $1))
        }
        splitter.showPartial { seen.append(Piece(text: array($0), part: $1)) }
        splitter.showPartial { seen.append(Piece(text: array($0), part: $1)) }
        splitter.feed(Array("\nnext".utf8).span) { seen.append(Piece(text: array($0), part: $1)) }
        splitter.finish { seen.append(Piece(text: array($0), part: $1)) }
        splitter.finish { seen.append(Piece(text: array($0), part: $1)) }
        #expect(
            seen == [
                Piece(text: Array("a".utf8), part: .whole),
                Piece(text: Array("Name: ".utf8), part: .first),
                Piece(text: [], part: .last),
                Piece(text: Array("next".utf8), part: .first),
            ])
    }
}
