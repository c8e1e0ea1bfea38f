import Testing

@testable import Logs

/// The kinds as people type them.
@Suite struct EventKindTests {
    private func refusal(_ text: String) -> EventKind.Unknown? {
        do throws(EventKind.Unknown) {
            _ = try EventKind.list(text)
            return nil
        } catch {
            return error
        }
    }

    @Test func `every kind can be named, alone and in a list`() throws {
        for kind in EventKind.allCases { #expect(try EventKind.list(kind.rawValue) == [kind]) }
        let all = EventKind.allCases.map(\.rawValue).joined(separator: ",")
        #expect(try EventKind.list(all) == EventKind.allCases)
        #expect(try EventKind.list("service_down,up") == [.serviceDown, .up])
    }

    @Test func `another word is refused, with the one that was meant`() {
        #expect(refusal("up,kiled")?.why == "there is no kind 'kiled'")
        #expect(refusal("up,kiled")?.advice == "did you mean 'killed'?")
        #expect(refusal("xyzzyxyzzy")?.advice.hasPrefix("the kinds are: started, ") == true)
        for text in ["", ",", "up,", ",up", "up,,down"] {
            #expect(refusal(text)?.why == "a kind is missing")
        }
        #expect(refusal("UP") != nil && refusal(" up") != nil)
    }
}
