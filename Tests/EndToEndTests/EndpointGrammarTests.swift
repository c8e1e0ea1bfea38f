import Kernel
import Testing

/// `--listen` and `--backend` mean one thing on a Procfile's line and by hand.
@Suite struct EndpointGrammarTests {
    @Test(arguments: [
        ["--listen", "nonsense"], ["--listen", "127.0.0.1"], ["--listen", "example.org:80"],
        ["--listen", "+80"], ["--backend", "localhost:"], ["--backend", "0"],
        ["--backend", "db:5432"], ["--listen", "8080", "--listen", "127.0.0.1:8080"],
    ])
    func `what is no endpoint is refused in the same words`(words: [String]) throws {
        let place = try Place(
            procfile: "balancer: lb-balancer \(words.joined(separator: " "))\nweb: lb-echo\n")
        // Its own ports: no flag may hide what the file says.
        let told = try place.run("check", ["-f", place.folder.path + "/Procfile.test"])
        let byHand = try RunningProgram.run("lb-balancer", words)
        #expect(told.code == 1 && byHand.code == 2)
        let lines = byHand.errors.split(separator: "\n")
        let sentence = try #require(lines.first).dropFirst("lb-balancer: ".count)
        #expect(sentence.contains(words[1]) || sentence.contains("twice"))
        #expect(told.errors.contains(sentence), "\(told.errors) \(byHand.errors)")
        let hint = try #require(lines.dropFirst().first).drop { $0 == " " }
        #expect(told.errors.contains(hint), "\(told.errors) \(byHand.errors)")
    }

    @Test(arguments: ["", ":", "localhost:", "127.0.0.1:", "[::1]:"])
    func `what is one is listened on by both`(prefix: String) throws {
        if prefix == "[::1]:", (try? Socket.reserve(.loopback6(port: 0))) == nil { return }
        let place = try Place(
            procfile: "balancer: lb-balancer --listen \(prefix)0\nweb: lb-echo --port $PORT\n")
        let path = place.folder.path + "/Procfile.test"
        let told = try place.run(
            "up", ["-d", "--base-port", "0", "--admin", "off", "--backends", "1", "-f", path])
        #expect(told.code == 0, "\(told.errors)")
        let balancer = try #require(try place.rows().first { $0.name == "balancer" })
        let program = try RunningProgram(
            "lb-balancer", ["--listen", "\(prefix)0", "--backend", "9"])
        let line = try program.line(with: "listening on ", in: .errors)
        let byHand = try #require(Address(String(line.split(separator: " ").last ?? "")))
        let answer = try Client.get(byHand.with(port: balancer.port), "/")
        #expect(answer.field("x-backend") == "web.1")
        #expect(try place.run("down").code == 0)
    }
}
