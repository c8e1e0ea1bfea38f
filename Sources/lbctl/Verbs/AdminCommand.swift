import Basics
import Control
import Kernel
import Supervision

/// `lbctl admin`: where metrics, JSON and the page are, with the token that logs and orders need.
enum AdminCommand {
    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl admin [OPTIONS]",
            examples: [
                ("lbctl admin", "the address to open, with the token"),
                ("lbctl admin --format json", "address and token apart, for programs"),
            ],
            options: [Option("format", value: "text|json", help: "how to print (text)")])
        try verb.refuseOperands()
        let format = try verb.options.choice("format", OutcomeFormat.self) ?? .text
        let folder = try verb.folder()
        return VerbEnd.of { () throws(Refusal) in
            var client = try ControlClient(folder)
            guard case .status(let status) = try client.ask(.status) else {
                throw ControlClient.lost
            }
            guard let address = AdminAddress(status, token: AdminToken.read(in: folder)) else {
                throw Refusal(
                    what: "'\(folder.name)' has no lb-admin",
                    why: "it was started with --admin off",
                    advice: "start it without, or with --admin PORT")
            }
            switch format {
            case .text: Console.say(address.text)
            case .json: Console.say(address.object.text)
            }
            return VerbEnd.done
        }
    }
}

/// Where lb-admin is reached.
struct AdminAddress: Equatable {
    /// As `http://localhost:8404/`.
    let url: String
    let token: String?

    /// `nil` where the service has none.
    init?(_ status: ServiceStatus, token: String?) {
        guard let port = status.adminPort else { return nil }
        url = "http://localhost:\(port)/"
        self.token = token
    }

    /// With the token behind a `#`: what stands there a browser sends to no server.
    var text: String { url + (token.map { "#\($0)" } ?? "") }

    var object: JSONObject {
        var object = JSONObject()
        object.put("url", text: url)
        object.put("token", text: token)
        return object
    }
}
