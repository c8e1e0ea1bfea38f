import Basics
import Testing

@testable import Choosing

@Suite struct HangSuspicionTests {
    private func limit(_ p99: Nanoseconds?, samples: UInt64 = 50) -> Nanoseconds {
        HangSuspicion.limit(p99: p99, samples: samples)
    }

    @Test func `a request is suspect when it is older than eight times the backend's own p99`() {
        #expect(limit(.milliseconds(100)) == .milliseconds(800))
        #expect(limit(.seconds(30)) == .seconds(240))
        #expect(limit(Nanoseconds(.max)) == Nanoseconds(.max))
    }

    @Test func `of a fast backend nothing is suspect that is not 200 ms old`() {
        #expect(limit(.milliseconds(1)) == .milliseconds(200))
        #expect(limit(Nanoseconds(0)) == .milliseconds(200))
    }

    @Test func `while fifty responses are not known it takes a second`() {
        #expect(limit(.milliseconds(1), samples: 49) == .seconds(1))
        #expect(limit(nil) == .seconds(1))
    }

    @Test func `a faster backend is never given more time`() {
        for p99 in stride(from: 10, to: 3000, by: 10) as StrideTo<UInt64> {
            #expect(limit(.milliseconds(p99 - 10)) <= limit(.milliseconds(p99)))
        }
    }
}
