import Basics
import Control
import Kernel
import Testing

@testable import Planning

@Suite("A line's command")
struct CommandReaderTests {
    private let reader = CommandReader(
        environment: EnvironmentFile("COLOUR=red\nHOME=/elsewhere\nPATH=/x\nPORT=1\n"))

    private func words(_ command: ByteString, port: UInt16 = 3000) throws -> [ByteString] {
        try reader.words(
            of: Procfile.Line(type: "web", command: command, place: "Procfile:7"), name: "web.2",
            port: port)
    }

    @Test(
        arguments: [
            ("a $PORT", ["a", "3000"]), ("a $PS $LBCTL_INSTANCE", ["a", "web.2", "web.2"]),
            ("a $COLOUR", ["a", "red"]), ("a $HOME", ["a", "/elsewhere"]),
            ("a $NOWHERE_TO_BE_FOUND b", ["a", "b"]), ("a '$PORT'", ["a", "$PORT"]),
        ] as [(ByteString, [ByteString])])
    func `finds the variables that its child will have`(
        command: ByteString, words: [ByteString]
    ) throws {
        #expect(try self.words(command) == words)
    }

    @Test(
        arguments: [
            "a $PWD", "a $PATH", "a $LBCTL_NAME", "a $LBCTL_PORT_WEB_1", "a $NOTIFY_SOCKET",
            "a | b",
            "cd app", "a > b",
        ] as [ByteString])
    func `is left to a shell where only that knows`(command: ByteString) throws {
        #expect(try words(command) == ["/bin/sh", "-c", command])
    }

    @Test
    func `has the port of .env where its child has none`() throws {
        #expect(try words("a $PORT", port: 0) == ["a", "1"])
    }

    @Test(
        arguments: [
            ("a 'b", "a ' is not closed"), ("a \"b", "a \" is not closed"), ("$NOWHERE", "empty"),
        ] as [(ByteString, String)])
    func `that can't be read is refused by its place`(command: ByteString, why: String) {
        let refusal = #expect(throws: Refusal.self) { try words(command) }
        #expect(refusal?.what == "Procfile:7 can't be used")
        #expect(refusal?.why.contains(why) == true)
    }

    @Test
    func `tells which variables are set`() {
        for name in ["PORT", "PS", "COLOUR", "PWD", "LBCTL_PORT_WEB_1", "LBCTL_INSTANCE"] {
            #expect(reader.isSet(name))
        }
        #expect(!reader.isSet("NOWHERE_TO_BE_FOUND"))
    }
}
