import Basics
import Control
import Kernel

/// What an order is answered with, once the supervisor has told what came of it: the objects that
/// the verbs of lbctl print.
enum OrderAnswer {
    /// `setting` is what the order has set, where it sets something.
    static func response(
        _ replies: [ControlReply], with setting: Setting.Kind? = nil
    ) -> AdminResponse {
        var objects: [JSONObject] = []
        for reply in replies {
            switch reply {
            case .reported(let report):
                objects.append(report.json(withChange: report.change != nil, with: setting))
            case .killed(let reports):
                objects += reports.map {
                    $0.json(signalName: Signal(rawValue: $0.signal).name)
                }
            case .bans(let bans, let unlisted): return self.bans(bans, unlisted)
            case .refused(let refusal): return refused(refusal, done: objects)
            case .done, .status, .board, .following, .record, .missed: break
            }
        }
        return .json(JSONObject.array(objects))
    }

    private static func bans(_ bans: [BanWord], _ unlisted: UInt64) -> AdminResponse {
        var object = JSONObject()
        object.put("bans", list: bans.map(\.json.text))
        object.put("unlisted", number: unlisted)
        return .json(object.text)
    }

    /// What was done before is told too.
    private static func refused(_ refusal: Refusal, done: [JSONObject]) -> AdminResponse {
        var object = JSONObject()
        let why = refusal.why.isEmpty ? "" : ": \(refusal.why)"
        object.put("error", text: refusal.what + why)
        object.put("advice", text: refusal.advice.isEmpty ? nil : refusal.advice)
        object.put("done", list: done.map(\.text))
        return .json(object.text, status: 409)
    }
}
