import TestSupport
import Testing

@testable import Choosing

@Suite struct KeyHashTests {
    @Test func `texts of every length and every changed bit hash to something else`() {
        var seen: Set<UInt64> = []
        var count = 0
        for length in 0...40 {
            var bytes = [UInt8](repeating: 0, count: length)
            seen.insert(KeyHash.hash(bytes.span))
            count += 1
            for index in 0..<length {
                for bit in 0..<8 as Range<UInt8> {
                    bytes[index] ^= 1 << bit
                    seen.insert(KeyHash.hash(bytes.span))
                    bytes[index] ^= 1 << bit
                    count += 1
                }
            }
        }
        #expect(seen.count == count)
    }

    @Test func `one changed bit changes about half of the hash`() {
        var dice = Dice(1)
        for length in [1, 4, 8, 15, 16, 17, 33] {
            var flipped = 0
            for _ in 0..<1000 {
                var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &dice) }
                let before = KeyHash.hash(bytes.span)
                let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &dice)
                bytes[Int.random(in: 0..<length, using: &dice)] ^= bit
                flipped += (before ^ KeyHash.hash(bytes.span)).nonzeroBitCount
            }
            #expect((31_000...33_000).contains(flipped), "\(length)")
        }
    }

    @Test func `neighbouring addresses fall evenly into places`() {
        var places = [Int](repeating: 0, count: 64)
        for number in 0..<64_000 {
            let address: [UInt8] = [10, 0, UInt8(number >> 8), UInt8(number & 0xFF)]
            let hash = KeyHash.hash(address.span, seed: 7)
            places[KeyHash.place(of: hash, among: 64)] += 1
        }
        // Chi square with 63 degrees of freedom: above 120 in one of a hundred thousand cases.
        let chiSquare = places.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
        #expect(chiSquare < 120)
    }

    @Test func `another seed is another hash`() {
        let bytes: [UInt8] = [1, 2, 3]
        #expect(KeyHash.hash(bytes.span, seed: 1) != KeyHash.hash(bytes.span, seed: 2))
    }
}
