import Basics
import Control
import Kernel
import Testing

@testable import Planning

/// A folder with programs, which goes with the test.
private final class ProgramFolder {
    let path: ByteString

    init() throws {
        let parent = ThisProcess.variable("TMPDIR") ?? "/tmp"
        path = ByteString("\(parent)/lbctl-launch-\(String(Randomness.word(), radix: 36))")
        try Files.makeFolder(path)
    }

    deinit {
        for name in (try? Files.names(in: path)) ?? [] { try? Files.remove(file(name)) }
        try? Files.removeFolder(path)
    }

    private func file(_ name: String) -> ByteString { path + "/" + ByteString(name) }

    func add(_ name: String, _ text: String = "#!/bin/sh\n", permissions: UInt32 = 0o700) throws {
        let file = try Files.open(file(name), for: .replace, permissions: permissions)
        try Files.write(text, to: file)
    }
}

@Suite("A launch")
struct LaunchTests {
    private let folder: ProgramFolder

    init() throws { folder = try ProgramFolder() }

    private func launch(
        _ words: [ByteString], port: UInt16 = 3000, environment: String = ""
    ) throws -> Launch {
        var recipe = try Recipe(Topology.Flags(), file: nil)
        recipe.directory = folder.path
        recipe.environment = EnvironmentFile(environment)
        let service = ServicePlan(
            name: "shop", runtimePath: "/run/x", historyPath: "/x", historyLimit: 1 << 20,
            programFolder: folder.path, listen: [], requestedListen: [], children: [],
            descriptorLimit: 1024, drainLimit: .seconds(1), recipe: recipe, notices: [])
        let plan = ChildPlan(
            name: "web.1", type: "web", role: .backend, port: port, words: words, rule: .always)
        return Launch(plan: plan, service: service)
    }

    private func variables(_ launch: Launch, _ extra: [(name: String, value: ByteString)] = [])
        -> [String: String]
    {
        var found: [String: String] = [:]
        for entry in launch.environment(extra) {
            let parts = entry.split(by: UInt8(ascii: "="), maxSplits: 1)
            // No variable stands there twice.
            #expect(found.updateValue(parts[1].text, forKey: parts[0].text) == nil)
        }
        return found
    }

    @Test
    func `a program is looked for beside lbctl first, then on the path that .env gives`() throws {
        try folder.add("sh")
        #expect(try launch(["sh"]).path == folder.path + "/sh")
        #expect(try launch(["env"], environment: "PATH=/usr/bin\n").path == "/usr/bin/env")
        #expect(try launch(["env"], environment: "PATH=/nowhere:\n").path == nil)
    }

    @Test
    func `a path is taken from the service's folder unless it is whole`() throws {
        #expect(try launch(["bin/x"]).path == folder.path + "/bin/x")
        #expect(try launch(["./x"]).path == folder.path + "/x")
        #expect(try launch(["../x"]).path == folder.path + "/../x")
        #expect(try launch(["/bin/x"]).path == "/bin/x")
    }

    @Test
    func `a program of ours is one beside lbctl, and no other of its name`() throws {
        try folder.add("lb-echo")
        try folder.add("other")
        #expect(try launch(["lb-echo"]).isOurs)
        #expect(try launch([folder.path + "/lb-echo"]).isOurs)
        #expect(try !launch(["/elsewhere/lb-echo"]).isOurs)
        #expect(try !launch(["other"]).isOurs)
        // It is not there, and so it is not found on the path.
        #expect(try !launch(["lb-balancer"]).isOurs)
    }

    @Test
    func `what is in the way is told by name`() throws {
        try folder.add("well")
        try folder.add("closed", permissions: 0o600)
        try folder.add("orphan", "#! /no/such/shell -x\n")
        try folder.add("binary", "\u{7F}ELF")
        let path = folder.path.text
        let told: [(String, String?)] = [
            ("./well", nil), ("./binary", nil), ("/bin/sh", nil),
            ("nowhere-to-be-found", "there is no program 'nowhere-to-be-found'"),
            ("./gone", "there is no file \(path)/gone"),
            ("./closed", "\(path)/closed is not executable"),
            (path, "\(path) is a folder"),
            (
                "./orphan",
                "\(path)/orphan wants to be run by /no/such/shell, which is not there"
            ),
        ]
        for (word, why) in told { #expect(try launch([ByteString(word)]).obstacle == why) }
    }

    @Test
    func `a folder that is gone is in the way of all`() throws {
        let launch = try launch(["/bin/sh"])
        let path = folder.path
        try Files.removeFolder(path)
        #expect(launch.obstacle == "the folder \(path.text) is not there")
        try Files.makeFolder(path)
    }

    @Test
    func `a script is text, and a program of machine code is not`() throws {
        try folder.add("plain", "echo hello\n")
        try folder.add("machine", "\u{7F}ELF\u{0}\u{1}")
        try folder.add("empty", "")
        #expect(try launch(["./plain"]).isScript)
        for name in ["./machine", "./empty", "./gone"] {
            #expect(try !launch([ByteString(name)]).isScript)
        }
    }

    @Test
    func `a child knows its service, its name and its port`() throws {
        let found = variables(try launch(["x"]))
        #expect(found["LBCTL_NAME"] == "shop" && found["LBCTL_INSTANCE"] == "web.1")
        #expect(found["PS"] == "web.1" && found["PORT"] == "3000")
        #expect(found["PATH"]?.hasPrefix(folder.path.text + ":") == true)
        #expect(found["NOTIFY_SOCKET"] == nil)
        let quiet = try launch(["x"], port: 0)
        #expect(variables(quiet)["PORT"] == ThisProcess.variable("PORT"))
    }

    @Test
    func `what .env says goes before the environment, and the child's own before that`() throws {
        let file = "HOME=/elsewhere\nPORT=1\nPS=x\nLBCTL_NAME=y\nA=1\nA=2\n"
        let found = variables(try launch(["x"], environment: file), [("B", "3"), ("A", "4")])
        #expect(found["HOME"] == "/elsewhere")
        #expect(found["PORT"] == "3000" && found["PS"] == "web.1" && found["LBCTL_NAME"] == "shop")
        #expect(found["A"] == "4" && found["B"] == "3")
        #expect(variables(try launch(["x"], environment: file))["A"] == "2")
    }

    @Test
    func `what is meant for the supervisor alone reaches no child`() throws {
        let file = Launch.hidden.map { "\($0.text)=7\n" }.joined()
        let found = variables(try launch(["x"], environment: file))
        for name in Launch.hidden { #expect(found[name.text] == nil) }
        let launch = try launch(["x"], environment: file)
        #expect(launch.environment([], notices: "/run/n").contains("NOTIFY_SOCKET=/run/n"))
    }
}
