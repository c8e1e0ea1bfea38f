import Basics
import Testing

@testable import Choosing

@Suite struct HangSuspicionTests {
    private let never = Instant(nanoseconds: 0)
    private let now = Instant(nanoseconds: 90_000_000_000)

    private func decide(
        _ oldest: Nanoseconds?, p99: Nanoseconds = .milliseconds(100), samples: UInt64 = 50,
        lastLook: Instant? = nil
    ) -> HangSuspicion.Decision {
        HangSuspicion.decide(
            oldest: oldest, p99: p99, samples: samples, lastLook: lastLook ?? never, now: now)
    }

    @Test func `a request is suspect when it is older than eight times the backend's own p99`() {
        #expect(decide(nil) == .calm)
        #expect(decide(.milliseconds(800)) == .calm)
        #expect(decide(.milliseconds(801)) == .look(limit: .milliseconds(800)))
    }

    @Test func `of a fast backend nothing is suspect that is not 200 ms old`() {
        #expect(decide(.milliseconds(200), p99: .milliseconds(1)) == .calm)
        #expect(
            decide(.milliseconds(201), p99: .milliseconds(1)) == .look(limit: .milliseconds(200)))
        #expect(decide(.minutes(5), p99: Nanoseconds(.max)) == .calm)
    }

    @Test func `fifty responses have to be known`() {
        #expect(decide(.seconds(30), samples: 49) == .unknown)
        #expect(decide(.seconds(30), samples: 50) == .look(limit: .milliseconds(800)))
    }

    @Test func `it is looked at no more than once a second`() {
        let recent = Instant(nanoseconds: now.nanoseconds - 999_999_999)
        let due = Instant(nanoseconds: now.nanoseconds - 1_000_000_000)
        #expect(decide(.seconds(30), lastLook: recent) == .looked)
        #expect(decide(.seconds(30), lastLook: due) == .look(limit: .milliseconds(800)))
    }

    @Test func `an older request or a faster backend never makes it less suspect`() {
        func isSuspect(_ oldest: UInt64, _ p99: UInt64) -> Bool {
            decide(.milliseconds(oldest), p99: .milliseconds(p99)) != .calm
        }
        for oldest in stride(from: 0, to: 3000, by: 50) as StrideTo<UInt64> {
            for p99 in stride(from: 0, to: 300, by: 10) as StrideTo<UInt64>
            where isSuspect(oldest, p99) {
                #expect(isSuspect(oldest + 50, p99))
                #expect(p99 == 0 || isSuspect(oldest, p99 - 10))
            }
        }
    }
}
