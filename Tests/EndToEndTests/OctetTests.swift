import Basics
import Kernel
import TestSupport
import Testing

/// Text is octets on its whole way from a file, a folder's name or the environment to a process.
@Suite struct OctetTests {
    private static let odd: [UInt8] = [0x63, 0x61, 0x66, 0xE9, 0xFF]

    /// Writes octets to a file of the folder in which `up` is typed.
    private func write(_ octets: [UInt8], to path: ByteString) throws {
        let file = try Files.open(path, for: .update)
        var queue = ByteQueue(capacity: octets.count)
        for octet in octets { queue.append(octet) }
        #expect(file.reference.writeAll(&queue) == nil)
    }

    /// `od` shows what a job was given: its folder, a variable of each origin, and a word.
    private static let job: [UInt8] = {
        let show = #"printf "%s|" "$PWD" "$DOT" "$ODD" "$1" | od -An -v -tx1"#
        return Array(#"here: sh -c '\#(show) | tr -d " \n"; echo' x w"#.utf8)
    }()

    private func hex(_ octets: [UInt8]) -> String {
        String(
            decoding: octets.flatMap { [Ascii.hexDigit($0 >> 4), Ascii.hexDigit($0 & 15)] },
            as: UTF8.self)
    }

    @Test(arguments: [[], ["-f"]])
    func `what is no text reaches a child octet for octet`(way: [String]) throws {
        let place = try Place()
        let folder = ByteString(Array("\(place.folder.path)/".utf8) + Self.odd)
        try Files.makeFolder(folder)
        defer {
            for name in ["Procfile", ".env"] {
                try? Files.remove("\(folder)/\(name)" as ByteString)
            }
            try? Files.removeFolder(folder)
        }
        try write(Self.job + Self.odd + [0x0A], to: "\(folder)/Procfile")
        try write(Array("DOT=".utf8) + Self.odd, to: "\(folder)/.env")
        let program = ByteString(Programs.path("lbctl"))
        var words: [ByteString] = [
            program, "up", "-d", "--admin", "off", "--name", ByteString(place.name),
        ]
        if !way.isEmpty { words += ["-f", "\(folder)/Procfile"] }
        var environment = place.environment.map { ByteString($0) }
        environment += ["PATH=/usr/bin:/bin", ByteString(Array("ODD=".utf8) + Self.odd)]
        let up = try Child(
            SpawnPlan(
                path: program, arguments: words, environment: environment,
                directory: way.isEmpty ? folder : "/", descriptors: [nil, nil, nil]))
        defer { up.send(.kill) }
        let wanted = [folder.bytes, Self.odd, Self.odd, Array("w".utf8) + Self.odd]
            .map { hex($0) + "7c" }.joined()
        let wasSaid = eventually {
            (try? place.run("logs"))?.output.contains(wanted) == true
        }
        let logs = try place.run("logs").output
        #expect(wasSaid, "\(logs)")
        #expect(try place.run("down").code == 0)
        _ = Poll.wait(for: .readable, on: up.pidDescriptor.reference, timeout: .seconds(10))
        _ = up.reap()
    }
}
