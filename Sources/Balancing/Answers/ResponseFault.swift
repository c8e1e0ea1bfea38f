import Control
import HTTP1

/// What is wrong with a response.
struct ResponseFault {
    let cause: Cause
    let words: StaticString

    init(_ words: StaticString) {
        cause = .malformedResponse
        self.words = words
    }

    init(_ malformation: Malformation) {
        let isTooLarge = malformation == .headTooLarge || malformation == .tooManyFields
        cause = isTooLarge ? .responseHeadTooLarge : .malformedResponse
        words = malformation.sentence
    }
}
