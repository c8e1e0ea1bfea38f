import Basics

/// A keyed hash of short texts that can't be forged without the key (SipHash-2-4, Aumasson and
/// Bernstein, 2012).
public struct SipHash: Sendable {
    private let key: (UInt64, UInt64)

    /// A hash with a key of 128 bits.
    public init(key: (UInt64, UInt64)) { self.key = key }

    /// The hash of some bytes.
    public func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var state = Rounds(key)
        var word: UInt64 = 0
        for index in bytes.indices {
            word |= UInt64(bytes[index]) << UInt64(index % 8 * 8)
            if index % 8 == 7 {
                state.take(word)
                word = 0
            }
        }
        state.take(word | UInt64(bytes.count & 0xFF) << 56)
        return state.finish()
    }

    /// The hash of eight bytes, the lowest first.
    public func hash(_ word: UInt64) -> UInt64 {
        var state = Rounds(key)
        state.take(word)
        state.take(8 << 56)
        return state.finish()
    }

    private struct Rounds {
        var v0, v1, v2, v3: UInt64

        init(_ key: (UInt64, UInt64)) {
            v0 = key.0 ^ 0x736F_6D65_7073_6575
            v1 = key.1 ^ 0x646F_7261_6E64_6F6D
            v2 = key.0 ^ 0x6C79_6765_6E65_7261
            v3 = key.1 ^ 0x7465_6462_7974_6573
        }

        mutating func take(_ word: UInt64) {
            v3 ^= word
            turn()
            turn()
            v0 ^= word
        }

        mutating func finish() -> UInt64 {
            v2 ^= 0xFF
            for _ in 0..<4 { turn() }
            return v0 ^ v1 ^ v2 ^ v3
        }

        private mutating func turn() {
            v0 &+= v1
            v2 &+= v3
            v1 = Self.rotated(v1, 13) ^ v0
            v3 = Self.rotated(v3, 16) ^ v2
            v0 = Self.rotated(v0, 32)
            v2 &+= v1
            v0 &+= v3
            v1 = Self.rotated(v1, 17) ^ v2
            v3 = Self.rotated(v3, 21) ^ v0
            v2 = Self.rotated(v2, 32)
        }

        private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 {
            word << bits | word >> (64 - bits)
        }
    }
}
