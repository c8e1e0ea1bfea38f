import Kernel
import Testing

@testable import Planning

@Suite struct OwnCommandTests {
    private let built = "/srv/lbctl/.build/x86_64-unknown-linux-gnu/release/lbctl"

    private func words(
        _ typed: String, _ executable: String? = nil, in folder: String = "/srv/lbctl"
    ) -> String {
        OwnCommand.words(
            typed: typed, executable: executable ?? built, folder: folder, path: "/nowhere")
    }

    @Test func `one that 'swift run' started is called by 'swift run'`() {
        let inside = ".build/x86_64-unknown-linux-gnu/release/lbctl"
        #expect(words(inside) == "swift run -c release lbctl")
        #expect(words(built, in: "/srv/lbctl/Sources") == "swift run -c release lbctl")
        let debug = built.replacing("release", with: "debug")
        #expect(words(debug, debug) == "swift run lbctl")
    }

    @Test func `one that was called by a path of its own has its whole path`() {
        #expect(words(".build/release/lbctl") == built)
        #expect(words(built, in: "/elsewhere") == built)
        #expect(words("./lbctl", "/opt/my tools/lbctl") == "'/opt/my tools/lbctl'")
    }

    @Test func `one that is found on the path is called by its name`() throws {
        let program = ThisProcess.executable
        let folder = "/tmp/lbctl-own-\(ThisProcess.pid)"
        try Files.makeFolder(folder)
        defer {
            try? Files.remove(folder + "/lbctl")
            try? Files.removeFolder(folder)
        }
        do {
            let file = try Files.open(folder + "/lbctl", for: .replace, permissions: 0o700)
            file.reference.writeAll("#!/bin/sh\n")
        }
        func words(_ path: String, _ executable: String) -> String {
            OwnCommand.words(typed: "lbctl", executable: executable, folder: "/", path: path)
        }
        #expect(words("/nowhere:\(folder)", folder + "/lbctl") == "lbctl")
        // The one on the path is another.
        #expect(words(folder, program) != "lbctl")
    }
}
