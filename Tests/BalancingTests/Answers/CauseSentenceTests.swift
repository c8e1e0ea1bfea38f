import Control
import HTTP1
import Testing

@testable import Balancing

/// What is said of a cause.
@Suite struct CauseSentenceTests {
    @Test func `a failure of a backend names it, and no two are told alike`() {
        let told = Cause.allCases.filter(\.isOfBackend).map { $0.sentence(about: "web.1", "") }
        // An incomplete response has been sent in part: the client can't be told.
        #expect(Set(told).count == told.count - 1)
        for sentence in told {
            #expect(sentence.hasPrefix("web.1 ") && !sentence.hasSuffix("."))
            #expect(!sentence.contains("("))
        }
    }

    @Test func `details stand behind it, where there can be any`() {
        for cause in Cause.allCases where cause.isOfBackend {
            let bare = cause.sentence(about: "web.1", "")
            let isPlain = [.refused, .connectTimeout, .silent].contains(cause)
            let expected = isPlain ? bare : bare + " (why)"
            #expect(cause.sentence(about: "web.1", "why") == expected)
        }
    }

    @Test func `what is wrong with a response is its size or its form, and always a backend's`() {
        for malformation in Malformation.allCases {
            let fault = ResponseFault(malformation)
            let isSize = [.headTooLarge, .tooManyFields].contains(malformation)
            #expect(fault.cause == (isSize ? .responseHeadTooLarge : .malformedResponse))
            #expect(fault.cause.isOfBackend && fault.cause.status == 502)
            #expect("\(fault.words)" == "\(malformation.sentence)")
        }
    }
}
