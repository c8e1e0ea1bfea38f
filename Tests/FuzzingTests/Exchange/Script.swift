/// The bytes of an input, read as directions for a play.
///
/// The first byte sets the stage; after it each move is one byte, its lower half says what, its
/// upper half which side, and what belongs to it.
struct Script {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isOver: Bool { rest.isEmpty }

    mutating func byte() -> Int {
        rest.popFirst().map { Int($0) } ?? 0
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    enum Move: Int {
        case clientSays, clientAsks, clientSends, clientEnds, clientResets, clientStopsOrGoesOn
        case backendSays, backendAnswers, backendSends, backendEnds, backendResets
        case nothing, timePasses, rosterChanges, balancerLeaves, clientCloses
    }

    mutating func move() -> (Move, side: Int) {
        let byte = byte()
        return (Move(rawValue: byte & 15)!, byte >> 4)
    }

    static let sizes = [0, 1, 5, 100, 1000, 5000, 17_000, 33_000, 40_000, 70_000, 150_000, 400_000]
}

/// Bodies in which every byte tells where it belongs.
enum Sample {
    static func body(_ tag: Int, _ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        for index in 0..<count {
            bytes[index] = UInt8(truncatingIfNeeded: tag &* 89 &+ index &* 7 &+ index >> 8)
        }
        return bytes
    }

    /// The body in chunks of uneven size.
    static func chunks(
        _ body: [UInt8], extensions: Bool, trailers: Bool
    ) -> [UInt8] {
        var text: [UInt8] = []
        var position = 0
        var size = 1
        while position < body.count {
            let end = min(position + size, body.count)
            text += Array(String(end - position, radix: 16).utf8)
            text += Array((extensions ? ";e=\"x y\"\r\n" : "\r\n").utf8)
            text += body[position..<end] + [0x0D, 0x0A]
            position = end
            size = size * 3 + 2
        }
        text += Array("0\r\n".utf8)
        if trailers { text += Array("X-Sum: 1\r\nContent-Length: 3\r\n".utf8) }
        return text + [0x0D, 0x0A]
    }
}
