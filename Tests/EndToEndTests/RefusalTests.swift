import Kernel
import Testing

/// What can't be done is said in a clear sentence, with the right exit code, and changes nothing.
@Suite struct RefusalTests {
    struct Words: CustomTestStringConvertible, Sendable {
        let words: [String]
        let errors: [String]
        var testDescription: String { words.joined(separator: " ") }

        init(_ words: String, _ errors: String...) {
            self.words = words.split(separator: " ").map { String($0) }
            self.errors = errors
        }
    }

    @Test(arguments: [
        Words("up --backends 0", "--backends", "0"),
        Words("up --backends banana", "--backends", "banana"),
        Words("up --backends", "--backends"),
        Words("up --port 65536", "--port", "65536"),
        Words("up --bakends 2", "bakends", "--backends"),
        Words("up --log-size 1", "--log-size", "\n  it is 1MiB at least"),
        Words("up --health-check banana", "--health-check", "banana"),
        Words("up --health-chek tcp", "did you mean '--health-check'?"),
        Words("up surplus", "surplus", "\n  ", "takes options alone"),
        Words("ps surplus", "surplus", "\n  ", "'lbctl ps --help'"),
        Words("top", "unknown verb 'top'\n  'lbctl --help' lists the verbs"),
        Words("version", "unknown verb 'version'\n  did you mean '--version'?"),
        Words("up --listen 8080", "unknown option '--listen'\n  it is --port and --host here"),
        Words("check --listen=8080", "unknown option '--listen'\n  it is --port and --host here"),
        Words("help upp", "unknown verb 'upp'", "did you mean 'up'?"),
        Words("ps --color=purple", "purple", "\n  it is one of auto, always, never"),
        Words("up --restart banana", "banana", "\n  it is one of always, on-failure, never"),
        Words("upp", "unknown verb 'upp'", "did you mean 'up'?"),
        Words("kil 3001", "unknown verb 'kil'", "did you mean 'kill'?"),
        Words("xyzzy", "unknown verb 'xyzzy'", "lbctl --help"),
        Words("kill", "target"),
        Words("kill -s BANANA 3001", "BANANA"),
        Words("logs --tail -1", "--tail"),
        Words("logs --tial 3", "tial", "--tail"),
        Words("ps --format xml", "xml", "\n  it is one of text, json"),
        Words("down -t banana", "banana"),
        Words("ps --name ../up", "../up"),
    ])
    func `a wrong command line ends with 2 and says what is wrong`(given: Words) throws {
        let place = try Place()
        let program = try RunningProgram("lbctl", given.words, environment: place.environment)
        #expect(try program.end().cause == .exited(code: 2))
        #expect(program.output == "")
        #expect(program.errors.hasPrefix("lbctl: "), "\(program.errors)")
        for part in given.errors { #expect(program.errors.contains(part), "\(program.errors)") }
        #expect(place.leftOver() == [])
    }

    @Test(arguments: ["kill backend.1", "restart all", "logs -f", "logs"])
    func `a verb for a service that does not run ends with 1`(words: String) throws {
        let place = try Place()
        let all = words.split(separator: " ").map { String($0) }
        let told = try place.run(all[0], Array(all.dropFirst()))
        #expect(told.code == 1)
        #expect(told.output == "")
        #expect(told.errors.contains("'\(place.name)'"), "\(told.errors)")
        let up = "'\(Programs.path("lbctl")) up --name \(place.name)'"
        #expect(told.errors.contains(up), "\(told.errors)")
    }

    @Test func `down where nothing runs says so and ends with 0, as what was wanted is so`()
        throws
    {
        let place = try Place()
        let told = try place.run("down")
        #expect(told.code == 0)
        #expect(told.output == "")
        #expect(told.errors.contains("nothing runs as '\(place.name)'"), "\(told.errors)")
        #expect(place.runtimeFiles() == [])
    }

    @Test func `an address that this machine does not have is told with what to do`() throws {
        let place = try Place()
        // RFC 5737: no host has it.
        let told = try place.up(["--host", "192.0.2.1"])
        #expect(told.code == 1)
        #expect(told.errors.contains("192.0.2.1"), "\(told.errors)")
        #expect(told.errors.contains("\n  name one that it has"), "\(told.errors)")
        #expect(place.leftOver() == [])
    }

    @Test(arguments: ["--port", "--base-port", "--admin"], [true, false])
    func `a port that is taken is named with its process, and nothing is started`(
        flag: String, isDetached: Bool
    ) throws {
        // On both loopbacks, or another test's program may have the port on the other one.
        let hasBoth = (try? ListeningSocket(.loopback6(port: 0))) != nil
        var held: [ListeningSocket] = []
        for _ in 0..<100 where held.isEmpty {
            let socket = try ListeningSocket(.loopback(port: 0))
            let port = try #require(socket.address.port)
            let other = try? ListeningSocket(.loopback6(port: port))
            if other != nil || !hasBoth { held = [socket] + (other.map { [$0] } ?? []) }
        }
        let port = try #require(held.first?.address.port)
        defer { for socket in held { socket.letGo() } }
        let place = try Place()
        let told = try place.run(
            "up", (isDetached ? ["-d"] : []) + place.ups + ["\(flag)=\(port)"])
        #expect(told.code == 1)
        #expect(told.errors.contains(":\(port)"), "\(told.errors)")
        #expect(told.errors.contains("taken by pid \(ThisProcess.pid) "), "\(told.errors)")
        #expect(told.errors.contains(flag), "\(told.errors)")
        #expect(place.leftOver() == [])
        #expect(place.runtimeFiles() == [])
    }

    @Test func `a port that another service has is told with how to stop that`() throws {
        let first = try Service(["--backends", "1"])
        let backend = try first.row("backend.1")
        let place = try Place()
        let port = try #require(first.address.port)
        for (words, pid) in [
            (["--base-port", "0", "--port", "\(port)"], 0),
            (["--port", "0", "--base-port", "\(backend.port)"], backend.pid),
        ] {
            let told = try place.run("up", ["-d", "--backends", "1"] + words)
            #expect(told.code == 1)
            #expect(told.errors.contains("of the service '\(first.name)'"), "\(told.errors)")
            #expect(told.errors.contains("lbctl down --name \(first.name)'"), "\(told.errors)")
            if pid != 0 { #expect(told.errors.contains("taken by pid \(pid) ")) }
        }
        #expect(place.leftOver() == [])
    }

    @Test func `an unknown target is told, the known ones are listed, and nothing is touched`()
        throws
    {
        let service = try Service(["--backends", "2"])
        let before = try service.rows()
        for target in ["backend.9", "1", "nobody"] {
            // The good one before it is not touched either.
            let told = try service.run("kill", ["backend.1", target])
            #expect(told.code == 1)
            #expect(told.output == "")
            #expect(told.errors.contains("there is no '\(target)'"), "\(told.errors)")
            for row in before {
                #expect(told.errors.contains("\(row.name) (\(row.port))"), "\(told.errors)")
            }
        }
        #expect(try service.rows().map(\.pid) == before.map(\.pid))
    }

    @Test func `a program that is not there is named`() throws {
        let place = try Place(procfile: "backend: no-such-program --port $PORT\n")
        let told = try place.up()
        #expect(told.code == 1)
        #expect(told.errors.contains("backend.1"), "\(told.errors)")
        #expect(told.errors.contains("no-such-program"), "\(told.errors)")
        #expect(place.leftOver() == [])
        #expect(place.runtimeFiles() == [])
    }

    @Test(arguments: [
        ("echo libnothing.so is missing >&2; exit 127", "exited with 127 at once: libnothing.so"),
        (
            "test \"$1\" = --version && exec \"$(dirname $0)/real\" --version; "
                + "echo no such thing >&2; exit 3",
            "balancer is not ready: exited with 3"
        ),
    ])
    func `a balancer that dies at once is told at once, and of what`(
        script: String, words: String
    ) throws {
        let place = try Place()
        let folder = try place.folder.folder("programs")
        for name in ["lbctl", "lb-echo"] {
            let copy = try RunningProgram("/bin/cp", [Programs.path(name), folder])
            #expect(try copy.end().cause == .exited(code: 0))
        }
        let real = try RunningProgram("/bin/cp", [Programs.path("lb-balancer"), folder + "/real"])
        #expect(try real.end().cause == .exited(code: 0))
        let file = try place.folder.file("programs/lb-balancer", "#!/bin/sh\n\(script)\n")
        let mode = try RunningProgram("/bin/chmod", ["+x", file])
        #expect(try mode.end().cause == .exited(code: 0))
        let program = try RunningProgram(
            folder + "/lbctl", ["up", "-d"] + place.ups + ["--name", place.name],
            environment: place.environment, directory: place.directory)
        #expect(try program.end().cause == .exited(code: 1))
        #expect(program.errors.contains(words), "\(program.errors)")
        #expect(place.leftOver() == [])
        #expect(place.runtimeFiles() == [])
    }

    @Test(arguments: ["false", "sh -c 'sleep 0.1; exit 1'"])
    func `it is not up while a balancer of one's own ends again and again`(line: String) throws {
        let place = try Place(
            procfile: "balancer: \(line)\nbackend: lb-echo --port $PORT\n")
        let told = try place.up(["--backends", "1"])
        #expect(told.code == 1)
        #expect(told.errors.contains("balancer is not ready: exited with 1"), "\(told.errors)")
        #expect(place.leftOver() == [])
    }

    @Test func `a program of another version is named`() throws {
        let place = try Place()
        let folder = try place.folder.folder("programs")
        for name in ["lbctl", "lb-balancer"] {
            let copy = try RunningProgram("/bin/cp", [Programs.path(name), folder])
            #expect(try copy.end().cause == .exited(code: 0))
        }
        let stranger = try place.folder.file("programs/lb-echo", "#!/bin/sh\necho lb-echo 0.0.9\n")
        let mode = try RunningProgram("/bin/chmod", ["+x", stranger])
        #expect(try mode.end().cause == .exited(code: 0))
        let program = try RunningProgram(
            folder + "/lbctl", ["up", "-d"] + place.ups + ["--name", place.name],
            environment: place.environment, directory: place.directory)
        #expect(try program.end().cause == .exited(code: 1))
        #expect(program.errors.contains("lb-echo can't be started"), "\(program.errors)")
        #expect(program.errors.contains("is of another version"), "\(program.errors)")
        #expect(place.leftOver() == [])
    }

    struct File: CustomTestStringConvertible, Sendable {
        let text: String
        let errors: [String]
        var testDescription: String { text.debugDescription }

        init(_ text: String, _ errors: String...) {
            self.text = text
            self.errors = errors
        }
    }

    @Test(arguments: [
        File("backend: lb-echo\nbackend: lb-echo\n", ":2", "'backend'"),
        File("backend: lb-echo 'half\n", ":1", "not closed"),
        File("# nothing yet\n\n", "it names nothing to run", "\n  a line is"),
        File("balancer: lb-balancer --banana\nbackend: lb-echo\n", ":1", "banana"),
        File("balancer: lb-balancer --listen nowhere\nbackend: lb-echo\n", "nowhere"),
    ])
    func `a Procfile that can't be used is refused before anything starts`(file: File) throws {
        let place = try Place(procfile: file.text)
        // Its own ports: no flag may hide what the file says.
        let path = place.folder.path + "/Procfile.test"
        for words in [["-d"], []] {
            let told = try place.run(
                "up", words + ["--base-port", "0", "--admin", "off", "-f", path])
            #expect(told.code == 1)
            for part in file.errors { #expect(told.errors.contains(part), "\(told.errors)") }
        }
        #expect(place.leftOver() == [])
    }

    @Test func `a folder in the place of a Procfile is told as one`() throws {
        let place = try Place()
        let folder = try place.folder.folder("app")
        for path in [folder, folder + "/"] {
            let told = try place.run("check", ["-f", path])
            #expect(told.code == 1)
            #expect(told.errors.contains("it is a folder; name the file in it"))
            #expect(told.errors.contains("-f \(folder)/Procfile"), "\(told.errors)")
        }
    }

    @Test func `check tells what is missing once for a type, and what no shell can read`() throws {
        let place = try Place(
            procfile: """
                web: no-such-program $PORT
                job: cd /tmp && echo ${HOME
                open: lb-echo --port ${PORT
                ok: a=1; sleep $a

                """)
        let told = try place.run("check", place.ups)
        #expect(told.code == 1)
        #expect(told.errors.contains("web.1, web.2, web.3 can't be started"), "\(told.errors)")
        #expect(told.errors.contains("job can't be started: a shell can't read its line"))
        #expect(told.errors.contains("open can't be started: a shell can't read its line"))
        #expect(!told.errors.contains("ok can't"), "\(told.errors)")
    }

    @Test func `up -d that gives up says that the rest is stopped`() throws {
        let place = try Place(procfile: "web: lb-echo --port $PORT\njob: no-such-program\n")
        let told = try place.up(["--backends", "1"])
        #expect(told.code == 1)
        #expect(told.errors.contains("what had been started is stopped again"), "\(told.errors)")
        #expect(told.errors.contains("lbctl logs --name \(place.name)'"), "\(told.errors)")
    }

    @Test(arguments: ["send", "completions"])
    func `what has to do with no service takes no name`(verb: String) throws {
        let help = try RunningProgram.run("lbctl", [verb, "--help"])
        #expect(help.code == 0 && !help.output.contains("--name"))
        #expect(try RunningProgram.run("lbctl", [verb, "--name", "x"]).code == 2)
    }

    @Test func `a Procfile that is not there is named`() throws {
        let place = try Place()
        let told = try place.run("up", ["-f", "nowhere/Procfile"])
        #expect(told.code == 1)
        #expect(told.errors.contains("nowhere/Procfile"))
    }

    @Test(arguments: ["--help", "up --help", "ps -h", "kill --help", "logs -h", "--version"])
    func `what is asked about lbctl itself is answered with 0`(words: String) throws {
        let program = try RunningProgram(
            "lbctl", words.split(separator: " ").map { String($0) })
        #expect(try program.end().cause == .exited(code: 0))
        #expect(program.errors == "")
        #expect(!program.output.isEmpty)
    }

    @Test(arguments: ["up", "ps", "kill", "restart", "logs", "check"])
    func `help and a verb is the verb's help`(verb: String) throws {
        let asked = try RunningProgram("lbctl", ["help", verb])
        let told = try RunningProgram("lbctl", [verb, "--help"])
        #expect(try asked.end().cause == .exited(code: 0))
        #expect(try told.end().cause == .exited(code: 0))
        #expect(asked.output == told.output)
        #expect(asked.output.hasPrefix("Usage: lbctl \(verb)"))
    }

    @Test func `what is too long to be told to a supervisor is refused with words`() throws {
        let place = try Place(procfile: "web: lb-echo --port $PORT\n")
        let long = String(repeating: "x", count: 1000)
        try place.folder.file(".env", (0..<1500).map { "V\($0)=\(long)\n" }.joined())
        for verb in ["up", "check"] {
            let told = try place.start([verb] + place.ups)
            #expect(try told.end().cause == .exited(code: 1))
            #expect(told.errors.contains("are the most"), "\(told.errors)")
        }
    }
}
