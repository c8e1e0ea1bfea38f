import Basics
import Control
import Kernel
import Planning
import Supervision
import Terminal

/// `lbctl ls`: all services of this user.
enum ListCommand {
    private static let remark = """
        A service is named after the folder of its Procfile ('default' without one), or as --name or
        LBCTL_NAME says. STATE is ready; starting, while some of it is; degraded, where something
        has failed, is backing off or is paused; stopping, while all of it ends; silent, where its
        supervisor does not answer.
        """

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl ls [--format json]",
            examples: [
                ("lbctl ls", "what runs, where, and since when"),
                ("lbctl ls --format json", "the same for programs: an array"),
            ],
            options: [
                OutcomeFormat.option("name, folder, procfile, address, started_at, state, pid"),
                ColourChoice.option,
            ], remark: remark)
        try verb.refuseOperands()
        let format = try verb.options.choice("format", OutcomeFormat.self) ?? .text
        let colour = try verb.options.choice("color", ColourChoice.self) ?? .auto
        let wanted = verb.options.value("name")
        let services = RunningService.all().filter { wanted == nil || $0.name == wanted }
        switch format {
        case .json: Console.say(JSONObject.array(services.map { object($0) }))
        case .text where services.isEmpty: Console.note("nothing runs")
        case .text:
            let output = DescriptorReference.standardOutput
            Console.say(
                text: Console.safe(
                    table(services, now: Clock.wallTime()).text(
                        width: output.windowColumns, style: colour.style(for: output))))
        }
        return VerbEnd.done
    }

    static func table(_ services: [RunningService], now: WallTime) -> Table {
        var table = Table([
            Table.Column("NAME", .left), Table.Column("FOLDER", .left),
            Table.Column("ADDRESS", .left), Table.Column("SINCE", .right),
            Table.Column("STATE", .left),
        ])
        for service in services {
            let status = service.status
            let address = status?.url ?? ""
            table.add([
                Table.Cell(service.name), Table.Cell(status?.directory.text ?? "-"),
                Table.Cell(address.isEmpty ? "-" : address),
                Table.Cell(status.map { Figures.text(now.since($0.startedAt), .column) } ?? "-"),
                Table.Cell(service.state.rawValue, service.state == .ready ? .green : .yellow),
            ])
        }
        return table
    }

    static func object(_ service: RunningService) -> JSONObject {
        let status = service.status
        func text(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
        var object = JSONObject()
        object.put("name", text: service.name)
        object.put("folder", text: text(status?.directory.text))
        object.put("procfile", text: text(status?.procfile.text))
        object.put("address", text: text(status?.url))
        object.put("started_at", text: status?.startedAt.timestamp)
        object.put("state", text: service.state.rawValue)
        object.put("pid", number: service.pid)
        return object
    }
}
