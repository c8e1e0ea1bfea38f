import Testing

@testable import HTTP1

@Suite struct MethodTests {
    @Test func `every safe method is idempotent`() {
        for method in Method.allCases where method.isSafe {
            #expect(method.isIdempotent)
        }
    }
}
