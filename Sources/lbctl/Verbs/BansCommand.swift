import Basics
import Control
import Kernel
import Supervision
import Terminal

/// `lbctl bans`: the clients that are shut out, and how they are let in again.
enum BansCommand {
    private static let remark = """
        With --rate-limit a client that asks too often is answered with 429; with --ban one that
        goes on regardless is shut out for a time: its connections are closed as they come. An IPv6
        client is its network, /64. The 4096 that were banned last are listed, and how many more
        there are is told on standard error; all can be let in again, each by its address.
        """

    static func run(_ words: [String]) throws(UsageError) -> Int32 {
        let verb = try Verb(
            words, usage: "lbctl bans [--lift ADDRESS|all]",
            examples: [
                ("lbctl bans", "who is banned, and for how long still"),
                ("lbctl bans --lift 192.0.2.7", "let one in again"),
                ("lbctl bans --lift all", "let everybody in again"),
            ],
            options: [
                Option("lift", value: "ADDRESS", help: "end a ban, or all; repeatable"),
                OutcomeFormat.option("client, remaining_s"), ColourChoice.option,
            ], remark: remark)
        try verb.refuseOperands()
        let format = try verb.options.choice("format", OutcomeFormat.self) ?? .text
        let colour = try verb.options.choice("color", ColourChoice.self) ?? .auto
        let lifted = verb.options.values("lift")
        let folder = try verb.folder()
        return VerbEnd.of { () throws(Refusal) in
            var client = try ControlClient(folder)
            guard
                case .bans(let bans, let unlisted) = try client.ask(
                    lifted.isEmpty ? .bans : .lift(lifted))
            else { throw ControlClient.lost }
            switch format {
            case .json: Console.say(JSONObject.array(bans.map(\.json)))
            case .text where !lifted.isEmpty:
                for ban in bans { Console.say("\(ban.client) may come in again") }
                if bans.isEmpty && unlisted == 0 { Console.say("nobody is banned") }
            case .text where bans.isEmpty && unlisted == 0: Console.say("nobody is banned")
            case .text:
                let output = DescriptorReference.standardOutput
                Console.say(
                    text:
                        table(bans).text(
                            width: output.windowColumns, style: colour.style(for: output)))
            }
            if unlisted > 0 { Console.note(rest(unlisted, wereLifted: !lifted.isEmpty)) }
            return VerbEnd.done
        }
    }

    /// What is said of clients of which the addresses are not known any more.
    static func rest(_ count: UInt64, wereLifted: Bool) -> String {
        wereLifted
            ? "and \(count) more may come in again, whose addresses are not listed"
            : "\(count) more are banned, whose addresses are not listed: --lift ADDRESS lets in "
                + "each of them, --lift all everybody"
    }

    static func table(_ bans: [BanWord]) -> Table {
        var table = Table([Table.Column("CLIENT", .left), Table.Column("FOR", .right)])
        for ban in bans {
            table.add([Table.Cell(ban.client), Table.Cell(Figures.text(ban.remaining, .column))])
        }
        return table
    }
}
