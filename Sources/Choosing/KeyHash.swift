import Basics

/// A 64-bit hash of bytes: of a client's address, of a path, of a member's name.
///
/// The construction is wyhash's (final version 4, public domain): sixteen bytes a step, each step
/// the two halves of a 128-bit product folded together. It isn't byte for byte the same: short
/// inputs are padded with zeros, and the length goes in last. Nothing secret rests on it: a client
/// that can choose keys can choose a backend, and a table of what clients choose needs a seed.
public enum KeyHash {
    /// 2^64 divided by the golden ratio: what is added to draw well spread words from a counter.
    @inlinable @inline(__always)
    public static var golden: UInt64 { 0x9E37_79B9_7F4A_7C15 }

    /// A word with its bits mixed, and no two words mixed to the same (splitmix64's finaliser).
    @inlinable @inline(__always)
    public static func mixed(_ word: UInt64) -> UInt64 {
        var word = word
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// The place of a mixed word among `count`, every one as likely (Lemire's multiplication).
    @inlinable @inline(__always)
    public static func place(of word: UInt64, among count: Int) -> Int {
        Int(truncatingIfNeeded: word.multipliedFullWidth(by: UInt64(count)).high)
    }

    /// The hash of some bytes.
    public static func hash(_ bytes: Span<UInt8>, seed: UInt64 = 0) -> UInt64 {
        let first: UInt64 = 0xA076_1D64_78BD_642F
        let second: UInt64 = 0xE703_7ED1_A0B4_28DB
        var state = seed ^ folded(seed ^ first, second)
        var index = 0
        while bytes.count - index > 16 {
            let low = word(bytes, from: index, to: index + 8)
            let high = word(bytes, from: index + 8, to: index + 16)
            state = folded(low ^ second, high ^ state)
            index += 16
        }
        let middle = min(index + 8, bytes.count)
        let low = word(bytes, from: index, to: middle)
        let high = word(bytes, from: middle, to: bytes.count)
        return folded(second ^ UInt64(bytes.count), folded(low ^ second, high ^ state))
    }

    private static func folded(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    private static func word(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> UInt64 {
        var word: UInt64 = 0
        var shift: UInt64 = 0
        for index in start..<end {
            word |= UInt64(bytes[index]) << shift
            shift &+= 8
        }
        return word
    }
}
