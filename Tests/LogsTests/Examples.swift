import Basics

@testable import Logs

/// Numbers that look random and are the same in every run (splitmix64).
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }
}

func array(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }

func text(_ queue: borrowing ByteQueue) -> String {
    String(decoding: array(queue.bytes), as: UTF8.self)
}

/// 2026-11-20T09:08:58.123456Z.
let example = WallTime(nanoseconds: 1_795_165_738_123_456_000)

/// A piece that a splitter handed out.
struct Piece: Equatable {
    var text: [UInt8]
    var part: Part
}

/// What a splitter makes of some chunks, its end included.
func pieces(_ chunks: [[UInt8]], limit: Int) -> [Piece] {
    var splitter = LineSplitter(limit: limit)
    var pieces: [Piece] = []
    for chunk in chunks {
        splitter.feed(chunk.span) { pieces.append(Piece(text: array($0), part: $1)) }
    }
    splitter.finish { pieces.append(Piece(text: array($0), part: $1)) }
    return pieces
}

/// Whether bytes are a record line; the macros of Testing can't hold a record.
func isRecord(_ line: [UInt8]) -> Bool { RecordLine.parse(line.span) != nil }

func time(_ text: String) -> WallTime? { TimestampReader.parse(text.utf8.span) }
