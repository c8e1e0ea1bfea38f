import Testing

@testable import HTTP1

@Suite struct MalformationTests {
    @Test func `each reason has a client error or a server's, and a sentence of its own`() {
        var sentences: Set<String> = []
        for reason in Malformation.allCases {
            #expect([400, 414, 431, 501, 505].contains(reason.status))
            #expect(sentences.insert(reason.sentence.description).inserted)
        }
    }
}
