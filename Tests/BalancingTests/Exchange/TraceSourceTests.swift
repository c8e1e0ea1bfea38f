import Basics
import HTTP1
import Testing

@testable import Balancing

@Suite struct TraceSourceTests {
    private static let said = TraceParent(trace: 7, parent: 8, flags: 9)
    private static let id = "01M7YPABCDEFGHJKMNPQRSTVWX"

    @Test func `a trace that the client named goes on, with a parent of its own each time`() {
        var parents: Set<UInt64> = []
        for isForAll in [false, true] {
            var source = TraceSource(isForAll: isForAll)
            for _ in 0..<1000 {
                guard let trace = source.trace(.part(Self.said), of: Self.id.utf8.span) else {
                    Issue.record("nothing is said of it")
                    return
                }
                #expect(trace.trace == 7 && trace.flags == 9 && trace.parent != 0)
                parents.insert(trace.parent)
            }
        }
        #expect(parents.count == 2000)
    }

    @Test func `where none was named one is made only where each request gets one`() {
        var source = TraceSource(isForAll: false)
        #expect(source.trace(.none, of: Self.id.utf8.span) == nil)
        source = TraceSource(isForAll: true)
        let trace = source.trace(.none, of: Self.id.utf8.span)
        #expect(trace?.trace == ULID(Self.id.utf8.span)?.bits && trace?.flags == 1)
    }

    @Test func `one that can't be read is begun anew under the request's own identifier`() {
        for isForAll in [false, true] {
            var source = TraceSource(isForAll: isForAll)
            let trace = source.trace(.broken, of: Self.id.utf8.span)
            #expect(trace?.trace == ULID(Self.id.utf8.span)?.bits)
        }
    }

    @Test func `a name that is no such identifier gets a trace of its own`() {
        var source = TraceSource(isForAll: true)
        var traces: Set<UInt128> = []
        for id in ["mine-1", "", String(repeating: "0", count: 26), "mine-1"] {
            let trace = source.trace(.none, of: id.utf8.span)
            traces.insert(trace?.trace ?? 0)
        }
        #expect(traces.count == 4 && !traces.contains(0))
    }
}
