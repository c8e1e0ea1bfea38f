import Basics
import Control
import HTTP1
import Kernel

/// What a path that changes something asks of the supervisor.
enum OrderPath: Equatable {
    case kill(String)
    case order(ServiceVerb, String)
    case scale
    case reload
    case lift(String)

    /// The order that a path names, and the method by which it is given; `nil` where it names none.
    static func find(_ path: [String]) -> (order: OrderPath, method: Method)? {
        switch path.count {
        case 2 where path == ["v1", "reload"]: return (.reload, .post)
        case 3 where path == ["v1", "backends", "count"]: return (.scale, .put)
        case 3 where path.starts(with: ["v1", "bans"]): return (.lift(path[2]), .delete)
        case 4 where path.starts(with: ["v1", "processes"]):
            if path[3] == "kill" { return (.kill(path[2]), .post) }
            guard let verb = ServiceVerb(word: path[3]) else { return nil }
            return (.order(verb, path[2]), verb.setting == nil ? .post : .put)
        default: return nil
        }
    }

    /// What is asked of the supervisor; throws a sentence where the body says what it can't.
    func request(_ body: [UInt8]) throws(UsageError) -> ControlRequest {
        guard let object = FlatObject(body) else {
            throw UsageError("the body is no JSON object of texts, numbers, true and false")
        }
        if let stranger = object.stranger(besides: members) {
            let known = members.isEmpty ? "none" : members.joined(separator: ", ")
            throw UsageError("'\(stranger)' is not expected here", hint: "expected are: \(known)")
        }
        switch self {
        case .kill(let target): return try Self.kill(target, object)
        case .order(let verb, let target): return try Self.order(verb, target, object)
        case .reload: return .reload
        case .lift(let client): return .lift([client])
        case .scale:
            guard let count = object.number("value").flatMap({ UInt32($0) }),
                RequestBounds.backends.contains(count)
            else {
                throw UsageError(
                    "'value' is to be a number of backends",
                    hint: "from \(RequestBounds.backends.lowerBound) to "
                        + "\(RequestBounds.backends.upperBound)")
            }
            return .scale(to: count)
        }
    }

    /// What a body may say.
    private var members: [String] {
        switch self {
        case .kill: ["signal", "restart"]
        case .order(let verb, _):
            verb.setting != nil ? ["value"] : verb == .restart ? ["rolling", "wait"] : []
        case .scale: ["value"]
        case .reload, .lift: []
        }
    }

    private static func kill(
        _ target: String, _ object: FlatObject
    ) throws(UsageError) -> ControlRequest {
        let name = object.text("signal") ?? "KILL"
        guard let signal = Signal(named: name) else {
            throw UsageError("there is no signal '\(name)'", hint: "such as TERM or 15")
        }
        return .kill(
            targets: [target], signal: signal.rawValue,
            restarts: try flag("restart", object, usually: true))
    }

    private static func order(
        _ verb: ServiceVerb, _ target: String, _ object: FlatObject
    ) throws(UsageError) -> ControlRequest {
        var settings: [Setting] = []
        if let kind = verb.setting {
            let isNumber = kind == .weight
            guard let word = isNumber ? object.number("value") : object.text("value") else {
                throw UsageError(
                    "'value' is missing, or no \(isNumber ? "number" : "text")",
                    hint: "as in {\"value\": \(isNumber ? "3" : "\"…\"")}")
            }
            settings = [try Setting(kind, word)]
        }
        return .carryOut(
            ServiceOrder(
                verb, targets: [target],
                isRolling: try flag("rolling", object, usually: false),
                waits: try flag("wait", object, usually: false), settings: settings))
    }

    private static func flag(
        _ name: String, _ object: FlatObject, usually: Bool
    ) throws(UsageError) -> Bool {
        guard let flag = object.flag(name, usually: usually) else {
            throw UsageError("'\(name)' is true or false")
        }
        return flag
    }
}
