import Testing

@testable import Basics

@Suite("Arithmetic on numbers from outside")
struct SaturatingTests {
    @Test
    func `stops at the ends of a type`() {
        #expect(UInt64.max.addingClamped(1) == .max)
        #expect(UInt64(0).subtractingClamped(1) == 0)
        #expect(UInt64.max.multipliedClamped(by: 2) == .max)
        #expect(Int.max.addingClamped(1) == .max)
        #expect(Int.min.addingClamped(-1) == .min)
        #expect(Int.min.subtractingClamped(1) == .min)
        #expect(Int.max.subtractingClamped(-1) == .max)
        #expect(Int.max.multipliedClamped(by: -2) == .min)
        #expect(Int.min.multipliedClamped(by: -2) == .max)
        #expect(Int(3).multipliedClamped(by: 4).addingClamped(5).subtractingClamped(7) == 10)
    }

    @Test
    func `a span of time is never more than there can be`() {
        #expect(Nanoseconds.seconds(.max) == Nanoseconds(.max))
        #expect(Nanoseconds.minutes(.max) == Nanoseconds(.max))
        #expect(Nanoseconds.milliseconds(.max) == Nanoseconds(.max))
        #expect(Nanoseconds.microseconds(.max) == Nanoseconds(.max))
        #expect(Nanoseconds(.max) + Nanoseconds(1) == Nanoseconds(.max))
        #expect(Instant.never + Nanoseconds(1) == .never)
    }
}
