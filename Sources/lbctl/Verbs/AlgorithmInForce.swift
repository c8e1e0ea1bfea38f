import Basics
import Control
import Supervision

/// `lbctl algorithm` without a name: by what the balancers choose.
enum AlgorithmInForce {
    static func tell(of folder: RuntimeFolder, _ format: OutcomeFormat) -> Int32 {
        VerbEnd.of { () throws(Refusal) in
            var client = try ControlClient(folder)
            guard case .status(let status) = try client.ask(.status) else {
                throw ControlClient.lost
            }
            guard let algorithm = status.children.lazy.compactMap(\.algorithm).first else {
                throw Refusal(
                    what: "there is no algorithm", why: "the service has no lb-balancer",
                    advice: "'backend' or 'web' in a Procfile is balanced by lb-balancer")
            }
            switch format {
            case .text: Console.say(algorithm.rawValue)
            case .json:
                var object = JSONObject()
                object.put("algorithm", text: algorithm.rawValue)
                Console.say(object.text)
            }
            return VerbEnd.done
        }
    }
}
