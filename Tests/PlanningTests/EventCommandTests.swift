import Basics
import Control
import Logs
import Testing

@testable import Planning

/// What `--on-event` is read as.
@Suite struct EventCommandTests {
    private func fault(_ word: ByteString) -> UsageError? {
        do throws(UsageError) {
            _ = try EventCommand(word)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a list of kinds stands before a colon, and else all of it is the command`() throws {
        let list = try EventCommand("killed,service_down:mail -s 'a: b' me")
        #expect(list.kinds == [.killed, .serviceDown] && list.command == "mail -s 'a: b' me")
        #expect(list.wants(.killed) && !list.wants(.ready) && !list.wants(.notice))
        for word: ByteString in [
            "curl -d @- http://localhost/", "./tell", "PATH=/x:/y tell", "$TELL:x", "mail me",
        ] {
            let command = try EventCommand(word)
            #expect(command.kinds == [] && command.command == word)
            #expect(command.wants(.killed) && !command.wants(.notice))
        }
        // What a command is made of stays as it is, octet for octet.
        let octets = ByteString(Array("up:a ".utf8) + [0xFF, 0x3A])
        #expect(try EventCommand(octets).command == ByteString(Array("a ".utf8) + [0xFF, 0x3A]))
        #expect(try EventCommand(":http:x") == EventCommand(kinds: [], command: "http:x"))
    }

    @Test func `a kind that is none is told, and is no command`() {
        #expect(fault("killd:mail me")?.message == "--on-event: there is no kind 'killd'")
        #expect(
            fault("killd:mail me")?.hint
                == "did you mean 'killed'? A command that begins so itself is written behind a "
                + "colon: --on-event ':killd:…'")
        #expect(fault("killed,:mail")?.message == "--on-event: a kind is missing")
        #expect(fault("zzz:mail")?.hint.hasPrefix("the kinds are: started, ") == true)
    }

    @Test(arguments: ["", " ", "killed:", "killed: \t", ":", "killed", "killed,failed"])
    func `without a command it is refused`(word: String) {
        #expect(fault(ByteString(word))?.message == "--on-event has no command")
        #expect(fault(ByteString(word))?.hint.contains("mail -s") == true)
    }

    @Test func `it is read as it was spelled`() throws {
        var flags = Topology.Flags()
        flags.eventCommands = [
            try EventCommand("killed,up:a:b"), EventCommand(kinds: [], command: "\u{E4}"),
        ]
        var writer = FrameWriter()
        flags.spell(into: &writer)
        var reader = FrameReader(writer.bytes)
        #expect(try Topology.Flags(from: &reader) == flags && reader.isAtEnd)
        var wrong = FrameWriter()
        wrong.put(["killed", "sold"])
        wrong.put("x" as ByteString)
        var frame = FrameReader(wrong.bytes)
        #expect(throws: Misspelling("'sold' is no kind of event")) {
            _ = try EventCommand(from: &frame)
        }
    }
}
