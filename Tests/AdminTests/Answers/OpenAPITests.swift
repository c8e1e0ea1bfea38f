import Control
import HTTP1
import Testing

@testable import Admin

/// The description of what is answered is true.
@Suite struct OpenAPITests {
    /// The paths that it names, with their methods.
    private var described: [(path: String, method: HTTP1.Method)] {
        var found: [(String, HTTP1.Method)] = []
        // `"/v1/reload":{"post":{…`: a path begins with a slash, and no other member does.
        for piece in OpenAPI.text.split(separator: "\"/").dropFirst() {
            let parts = piece.split(separator: "\"", maxSplits: 2)
            if parts.count < 3 || parts[1] != ":{" { continue }
            let method: HTTP1.Method? =
                switch parts[2].prefix(while: { $0 != "\"" }) {
                case "get": .get
                case "post": .post
                case "put": .put
                case "delete": .delete
                default: nil
                }
            if let method { found.append(("/" + parts[0], method)) }
        }
        return found
    }

    @Test func `every path that is described is answered, by its method`() {
        #expect(described.count == 14 + ServiceVerb.allCases.count)
        for (path, method) in described {
            var request = AdminRequest()
            request.method = method
            let example = path.replacing("{target}", "3001").replacing("{address}", "10.0.0.1")
            request.path = AdminRequest.path(Substring(example)) ?? []
            guard case .found = Route.find(request) else {
                Issue.record("\(method) \(path) is described and not answered")
                continue
            }
        }
    }

    @Test func `every verb is described`() {
        for verb in ServiceVerb.allCases {
            #expect(described.contains { $0.path == "/v1/processes/{target}/\(verb.word)" })
        }
    }
}

extension String {
    fileprivate func replacing(_ part: String, _ other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
