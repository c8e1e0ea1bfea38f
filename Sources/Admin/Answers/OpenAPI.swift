import Basics
import Control
import Logs

/// The description of what lb-admin answers (OpenAPI 3.0.3), made from the lists that the routes
/// are made of where there are such.
enum OpenAPI {
    static let text: String = {
        var info = JSONObject()
        info.put("title", text: "lb-admin")
        info.put("version", text: productVersion)
        info.put(
            "description",
            text:
                "How a service of lbctl does, and orders for it; the README tells more."
        )
        var document = JSONObject()
        document.put("openapi", text: "3.0.3")
        document.put("info", object: info)
        var paths = JSONObject()
        for (path, operations) in operations {
            var item = JSONObject()
            for operation in operations { item.put(operation.method, object: operation.object) }
            paths.put(path, object: item)
        }
        document.put("paths", object: paths)
        document.put("components", object: components)
        return document.text
    }()

    /// One method of a path.
    private struct Operation {
        let method: String
        let summary: String
        var parameters: [JSONObject] = []
        /// The schema of the body; nil where none is sent.
        var body: JSONObject?
        /// The media type of what comes, and its schema.
        var type = "application/json"
        var schema = JSONObject()
        /// Further statuses, with what each means.
        var others: [(status: Int, what: String)] = []
        var needsToken = false

        var object: JSONObject {
            var object = JSONObject()
            object.put("summary", text: summary)
            if !parameters.isEmpty { object.put("parameters", list: parameters.map(\.text)) }
            if let body {
                var request = JSONObject()
                request.put("required", flag: true)
                request.put("content", object: OpenAPI.content("application/json", body))
                object.put("requestBody", object: request)
            }
            object.put("responses", object: responses)
            if needsToken { object.put("security", list: ["{\"token\":[]}"]) }
            return object
        }

        private var responses: JSONObject {
            var answer = JSONObject()
            answer.put("description", text: summary)
            answer.put("content", object: OpenAPI.content(type, schema))
            var responses = JSONObject()
            responses.put("200", object: answer)
            for (status, what) in others {
                responses.put("\(status)", object: OpenAPI.error(what, type))
            }
            responses.put("default", object: OpenAPI.error("what went wrong, and what to do"))
            return responses
        }
    }

    private static func content(_ type: String, _ schema: JSONObject) -> JSONObject {
        var media = JSONObject()
        media.put("schema", object: schema)
        var content = JSONObject()
        content.put(type, object: media)
        return content
    }

    private static func error(_ what: String, _ type: String = "application/json") -> JSONObject {
        var error = JSONObject()
        error.put("description", text: what)
        error.put(
            "content",
            object: content(type, type == "application/json" ? reference("Error") : plain("string"))
        )
        return error
    }

    private static func plain(_ type: String) -> JSONObject {
        var schema = JSONObject()
        schema.put("type", text: type)
        return schema
    }

    private static func reference(_ name: String) -> JSONObject {
        var schema = JSONObject()
        schema.put("$ref", text: "#/components/schemas/\(name)")
        return schema
    }

    private static func array(of items: JSONObject) -> JSONObject {
        var schema = plain("array")
        schema.put("items", object: items)
        return schema
    }

    /// An object whose members are these and no others; `required` says which must be there.
    private static func object(
        _ members: [(name: String, schema: JSONObject)], required: [String] = []
    ) -> JSONObject {
        var properties = JSONObject()
        for (name, schema) in members { properties.put(name, object: schema) }
        var schema = plain("object")
        schema.put("properties", object: properties)
        schema.put("additionalProperties", flag: false)
        if !required.isEmpty {
            schema.put("required", list: required.map { JSONText.literal($0) })
        }
        return schema
    }

    private static func number(_ range: ClosedRange<Int>) -> JSONObject {
        var schema = plain("integer")
        schema.put("minimum", number: range.lowerBound)
        schema.put("maximum", number: range.upperBound)
        return schema
    }

    private static func parameter(
        _ name: String, in place: String, _ schema: JSONObject = plain("string")
    ) -> JSONObject {
        var parameter = JSONObject()
        parameter.put("name", text: name)
        parameter.put("in", text: place)
        parameter.put("required", flag: place == "path")
        parameter.put("schema", object: schema)
        return parameter
    }

    // MARK: What there is

    private static var operations: [(path: String, operations: [Operation])] {
        readings + [
            ("/v1/processes/{target}/kill", [kill]),
            ("/v1/backends/count", [scale]),
            (
                "/v1/reload",
                [
                    order(
                        "post", "apply what has changed in the Procfile", [], body: object([]))
                ]
            ),
            (
                "/v1/bans/{address}",
                [
                    order(
                        "delete", "let a client in again", [parameter("address", in: "path")],
                        answer: reference("Bans"))
                ]
            ),
        ]
            + ServiceVerb.allCases.map { verb in
                ("/v1/processes/{target}/\(verb.word)", [operation(of: verb)])
            }
    }

    private static var readings: [(path: String, operations: [Operation])] {
        let processes = array(of: reference("Process"))
        let target = parameter("target", in: "path")
        return [
            ("/healthz", [reading("whether this server lives", "text/plain", plain("string"))]),
            (
                "/readyz",
                [
                    reading(
                        "whether a request would be answered", "text/plain", plain("string"),
                        others: [(503, "no backend serves")])
                ]
            ),
            ("/metrics", [reading("metrics for Prometheus", "text/plain", plain("string"))]),
            (
                "/v1/status",
                [reading("what the service is and how it does", schema: plain("object"))]
            ),
            ("/v1/processes", [reading("a row for each process", schema: processes)]),
            (
                "/v1/processes/{target}",
                [
                    reading(
                        "the rows of a port, name, type or all", schema: processes, [target],
                        others: [(404, "there is no such target")])
                ]
            ),
            ("/v1/events", [history("what has changed", [parameter("kind", in: "query", kinds)])]),
            (
                "/v1/logs",
                [
                    history(
                        "what processes have written",
                        [
                            parameter("grep", in: "query"),
                            parameter(
                                "request", in: "query", text(like: "^[0-9A-Za-z]{1,64}$")),
                        ])
                ]
            ),
            (
                "/v1/bans",
                [reading("which clients are shut out", schema: reference("Bans"), needsToken: true)]
            ),
            ("/v1/openapi.json", [reading("this description", schema: plain("object"))]),
        ]
    }

    private static func reading(
        _ summary: String, _ type: String = "application/json", _ text: JSONObject? = nil,
        schema: JSONObject = plain("object"), _ parameters: [JSONObject] = [],
        others: [(status: Int, what: String)] = [], needsToken: Bool = false
    ) -> Operation {
        Operation(
            method: "get", summary: summary, parameters: parameters, type: type,
            schema: text ?? schema, others: others, needsToken: needsToken)
    }

    private static func history(_ summary: String, _ further: [JSONObject]) -> Operation {
        let ago = text(like: "^[1-9][0-9]{0,3}(s|m|h)$")
        let parameters =
            further + [
                parameter("process", in: "query"), parameter("since", in: "query", ago),
                parameter("until", in: "query", ago),
                parameter("tail", in: "query", number(1...AdminLimits.records)),
                parameter("after", in: "query", number(0...Int.max)),
            ]
        return reading(
            summary, schema: array(of: plain("object")), parameters,
            others: [(400, "a parameter says what it can't")], needsToken: true)
    }

    private static func text(like pattern: String) -> JSONObject {
        var schema = plain("string")
        schema.put("pattern", text: pattern)
        return schema
    }

    private static var kinds: JSONObject {
        var schema = plain("string")
        schema.put("enum", list: EventKind.allCases.map { JSONText.literal($0.rawValue) })
        return schema
    }

    private static func order(
        _ method: String, _ summary: String, _ parameters: [JSONObject],
        body: JSONObject? = nil, answer: JSONObject = array(of: plain("object"))
    ) -> Operation {
        Operation(
            method: method, summary: summary, parameters: parameters, body: body, schema: answer,
            others: [
                (400, "the body says what it can't"), (401, "the token is missing or wrong"),
                (403, "it comes from a page of another site"),
                (409, "it could not be done; 'done' tells what was"),
                (415, "the body is not sent as JSON"),
            ], needsToken: true)
    }

    private static var kill: Operation {
        order(
            "post", "send a signal", [parameter("target", in: "path")],
            body: object([("signal", plain("string")), ("restart", plain("boolean"))]))
    }

    private static var scale: Operation {
        let backends = RequestBounds.backends
        let count = number(Int(backends.lowerBound)...Int(backends.upperBound))
        return order(
            "put", "have more backends, or fewer", [],
            body: object([("value", count)], required: ["value"]))
    }

    private static func operation(of verb: ServiceVerb) -> Operation {
        let target = parameter("target", in: "path")
        if let kind = verb.setting {
            return order(
                "put", "lbctl \(verb.word)", [target],
                body: object([("value", schema(of: kind))], required: ["value"]))
        }
        let body =
            verb == .restart
            ? object([("rolling", plain("boolean")), ("wait", plain("boolean"))]) : object([])
        return order("post", "lbctl \(verb.word)", [target], body: body)
    }

    private static func schema(of kind: Setting.Kind) -> JSONObject {
        var schema = plain("string")
        switch kind {
        case .weight:
            let range = RequestBounds.weight
            return number(Int(range.lowerBound)...Int(range.upperBound))
        case .latency: return text(like: "^(0|[1-9][0-9]{0,2}(ms|s))$")
        case .errorRate: return text(like: "^(0|([1-9]?[0-9]|100)%)$")
        case .algorithm:
            let names = BalancerOptions.Algorithm.allCases.map(\.rawValue)
            schema.put("enum", list: names.map { JSONText.literal($0) })
        }
        return schema
    }

    private static var components: JSONObject {
        var token = JSONObject()
        token.put("type", text: "http")
        token.put("scheme", text: "bearer")
        var schemes = JSONObject()
        schemes.put("token", object: token)
        var error = plain("object")
        error.put("required", list: ["\"error\""])
        var message = JSONObject()
        message.put("error", object: plain("string"))
        error.put("properties", object: message)
        var process = plain("object")
        process.put("required", list: ["\"name\"", "\"type\"", "\"state\"", "\"health\""])
        var schemas = JSONObject()
        schemas.put("Error", object: error)
        schemas.put("Process", object: process)
        schemas.put(
            "Bans",
            object: object(
                [("bans", array(of: plain("object"))), ("unlisted", plain("integer"))],
                required: ["bans", "unlisted"]))
        var components = JSONObject()
        components.put("schemas", object: schemas)
        components.put("securitySchemes", object: schemes)
        return components
    }
}
