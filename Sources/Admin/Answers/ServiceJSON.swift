import Basics
import Control

/// What a service is, for programs: `/v1/status`.
enum ServiceJSON {
    static func text(_ status: ServiceStatus) -> String {
        var object = JSONObject()
        object.put("name", text: status.name)
        object.put("version", text: productVersion)
        object.put("state", text: status.phase.word)
        object.put("sentence", text: StateSentence.text(status))
        object.put("serves", flag: status.canServe)
        object.put("url", text: status.url.isEmpty ? nil : status.url)
        object.put("directory", text: status.directory.text)
        object.put("procfile", text: status.procfile.isEmpty ? nil : status.procfile.text)
        object.put("started_at", text: status.startedAt.timestamp)
        object.put("supervisor_pid", number: status.supervisorPid)
        object.put(
            "processes", list: status.children.map { StatusJSON.object($0, counters: false).text })
        return object.text
    }
}
