import Basics
import Glibc
import Kernel
import TestSupport
import Testing

/// Services without a given name, in folders of their own.
@Suite struct NamingTests {
    private let place: Place

    init() throws { place = try Place() }

    /// Makes a folder with a Procfile that needs no port.
    private func project(_ name: String) throws -> String {
        let folder = try place.folder.folder(name)
        try place.folder.file("\(name)/Procfile", "idle: sleep 1000\n")
        return folder
    }

    private func run(_ words: [String], in folder: String) throws -> Outcome {
        let program = try RunningProgram(
            "lbctl", words, environment: place.environment, directory: folder)
        guard case .exited(let code) = try program.end().cause else { throw Failure("killed") }
        return Outcome(code: code, output: program.output, errors: program.errors)
    }

    private func up(in folder: String, _ words: [String] = []) throws {
        let told = try run(["up", "-d", "--admin", "off"] + words, in: folder)
        if told.code != 0 { throw Failure(told.errors) }
    }

    private func listed(_ words: [String] = []) throws -> [JSON] {
        try JSON(try run(["ls", "--format", "json"] + words, in: "/").output).items
    }

    @Test func `one without its socket is not said to be gone, and can be stopped`()
        throws
    {
        let folder = try project("cleaned")
        try up(in: folder)
        try Files.remove("\(place.folder.path)/run/lbctl/cleaned/control.sock")
        let told = try run(["ps"], in: folder)
        #expect(told.code == 1)
        #expect(told.errors.contains("its control socket is gone"), "\(told.errors)")
        #expect(try run(["down"], in: folder).code == 0)
        #expect(try listed().isEmpty)
        #expect(try run(["ps"], in: folder).code == 0)
    }

    @Test func `a Procfile that is a link to nowhere is no missing one`() throws {
        let folder = try place.folder.folder("dangling")
        #expect(symlink("nowhere", "\(folder)/Procfile") == 0)
        let told = try run(["check"], in: folder)
        #expect(told.code == 1)
        #expect(told.errors.contains("Procfile can't be read"), "\(told.errors)")
    }

    @Test func `a service is named after its folder, and its verbs need no name there`() throws {
        let folder = try project("my shop")
        let told = try run(["up", "-d", "--admin", "off"], in: folder)
        #expect(told.output.contains("'my-shop' is up"))
        #expect(try run(["ps"], in: folder).output.contains("idle"))
        // It is the only one: no other can be meant.
        #expect(try run(["ps"], in: "/").output.contains("idle"))
        #expect(try run(["down"], in: folder).output.contains("'my-shop' is stopped"))
        #expect(try run(["logs", "lbctl"], in: folder).output.contains("runs 'my-shop'"))
        #expect(try run(["events"], in: "/").output.contains("started"))
    }

    @Test func `where several run a verb from elsewhere lists them and does nothing`() throws {
        let one = try project("one")
        let two = try project("two")
        try up(in: one)
        try up(in: two)
        for verb in [["ps"], ["down"], ["kill", "idle"], ["logs"]] {
            let told = try run(verb, in: "/")
            #expect(told.code == 1 && told.output == "", "\(verb)")
            #expect(told.errors.contains("--name one  \(one)"), "\(told.errors)")
            #expect(told.errors.contains("--name two  \(two)"), "\(told.errors)")
        }
        #expect(try run(["down"], in: two).code == 0)
        #expect(try run(["kill", "idle"], in: "/").output.contains("SIGKILL"))
        #expect(try run(["down", "--name", "one"], in: "/").code == 0)
    }

    @Test func `ls shows what runs, and nothing of what has died`() throws {
        #expect(try listed().isEmpty)
        #expect(try run(["ls"], in: "/").errors.contains("nothing runs"))
        let one = try project("one")
        try up(in: one)
        try up(in: try project("two"), ["--name", "other"])
        // What is left of one that was not cleaned up after.
        let dead = "\(place.folder.path)/run/lbctl/dead"
        try Files.makeFolder(dead)
        try Files.open(dead + "/guardian.pid", for: .replace).reference.writeAll("1\n")
        let services = try listed()
        #expect(services.map { $0["name"].text } == ["one", "other"])
        #expect(
            services[0].keys == [
                "name", "folder", "procfile", "address", "started_at", "state", "pid",
            ])
        #expect(services[0]["folder"].text == one)
        #expect(services[0]["procfile"].text == one + "/Procfile")
        #expect(services[0]["address"] == .null && services[0]["state"].text == "ready")
        let table = try run(["ls"], in: "/").output
        #expect(table.hasPrefix("NAME") && table.contains(one) && !table.contains("dead"))
    }

    @Test func `a second up says whose folder and Procfile runs, and what may be meant`() throws {
        let folder = try project("shop")
        try up(in: folder)
        let again = try run(["up"], in: folder)
        #expect(again.code == 1)
        let pid = try #require(try listed().first?["pid"].int)
        #expect(
            again.errors.contains(
                "(pid \(pid)) in \(folder), by \(folder)/Procfile"), "\(again.errors)")
        #expect(again.errors.contains("lbctl reload'"))
        // Another folder of the same name.
        let other = try place.folder.folder("elsewhere") + "/shop"
        try Files.makeFolder(other)
        try place.folder.file("elsewhere/shop/Procfile", "idle: sleep 1000\n")
        let refused = try run(["up"], in: other)
        #expect(refused.code == 1 && refused.errors.contains("by \(folder)/Procfile"))
        #expect(refused.errors.contains("--name NAME"))
        // Nor does it stop by mistake what is not this folder's.
        let down = try run(["down"], in: other)
        #expect(down.code == 1 && down.errors.contains("is that of \(folder)"), "\(down.errors)")
        #expect(down.errors.contains("lbctl up --name NAME --port 0 --base-port 0'"))
        try up(in: other, ["--name", "second"])
        #expect(try run(["down"], in: other).output.contains("'second' is stopped"))
        #expect(try run(["ps"], in: folder).output.contains("idle"))
    }

    @Test func `a folder's verbs show no history that another folder's service has left`() throws {
        let one = try project("shop")
        let other = try place.folder.folder("elsewhere") + "/shop"
        try Files.makeFolder(other)
        try place.folder.file("elsewhere/shop/Procfile", "idle: sleep 1000\n")
        try up(in: one)
        #expect(try run(["down"], in: one).code == 0)
        for verb in ["logs", "events"] {
            #expect(try run([verb], in: one).code == 0)
            let told = try run([verb], in: other)
            #expect(told.code == 1 && told.output == "")
            #expect(told.errors.contains("is that of \(one)"), "\(told.errors)")
            #expect(try run([verb, "--name", "shop"], in: other).code == 0)
        }
        // What this folder's service left under another name is its own.
        try up(in: other, ["--name", "second"])
        #expect(try run(["down"], in: other).code == 0)
        #expect(try run(["logs"], in: other).output.contains("runs 'second'"))
        #expect(try run(["logs"], in: one).output.contains("runs 'shop'"))
    }

    @Test func `of several histories none is meant by itself, not even the usual one`() throws {
        let one = try project("one")
        for name in ["one", "default"] {
            try up(in: one, ["--name", name])
            #expect(try run(["down", "--name", name], in: "/").code == 0)
            if name == "one" { #expect(try run(["logs"], in: "/").code == 0) }
        }
        let told = try run(["logs"], in: "/")
        #expect(told.code == 1 && told.output == "")
        #expect(told.errors.contains("--name one      \(one)"), "\(told.errors)")
        #expect(told.errors.contains("--name default  \(one)"), "\(told.errors)")
    }

    @Test func `the folder of a Procfile that is named by its path gives the name`() throws {
        let folder = try project("inner")
        try up(in: "/", ["-f", folder + "/Procfile"])
        #expect(try listed().map { $0["name"].text } == ["inner"])
        #expect(try run(["ps"], in: folder).output.contains("idle"))
    }
}
