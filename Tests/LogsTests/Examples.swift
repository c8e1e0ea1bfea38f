import Basics
import TestSupport

@testable import Logs

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
