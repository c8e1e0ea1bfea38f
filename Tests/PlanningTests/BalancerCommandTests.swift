import Basics
import Control
import Testing

@testable import Planning

@Suite("The balancer's command line")
struct BalancerCommandTests {
    /// Whether the options are what the words say.
    private func isInStep(_ command: BalancerCommand) throws -> Bool {
        try BalancerOptions(words: Array(command.words.dropFirst())) == command.options
    }

    @Test(
        arguments: [
            ["lb-balancer"], ["lb-balancer", "--weight", "web.1=3", "--mode", "tcp"],
            ["lb-balancer", "--weight=web.1=3", "--retries=1"],
            ["lb-balancer", "--listen", "8080", "--weight", "all=2", "--weight=3000=0"],
            ["lb-balancer", "--health-check", "off"],
            ["/x/lb-balancer", "--health-expect", "+PONG", "--health-send", "PING"],
        ] as [[ByteString]])
    func `its words and options stay in step`(words: [ByteString]) throws {
        let command = try BalancerCommand(words)
        #expect(command.words == words)
        #expect(try isInStep(command))
        #expect(try isInStep(command.withoutWeights()))
        #expect(try isInStep(command.checking(path: "/health")))
        #expect(try isInStep(command.withoutWeights().checking(path: "/health")))
    }

    @Test
    func `without weights it has all its other words`() throws {
        let command = try BalancerCommand(
            ["lb-balancer", "--weight", "web.1=3", "--retries", "1", "--weight=all=2"])
        #expect(command.options.weights.count == 2)
        #expect(command.withoutWeights().words == ["lb-balancer", "--retries", "1"])
        #expect(command.withoutWeights().options.weights == [])
    }

    @Test(
        arguments: [
            ["--health-check", "tcp"], ["--health-check=off"], ["--health-expect", "+PONG"],
        ] as [[ByteString]])
    func `a check that it asks for is kept`(words: [ByteString]) throws {
        let command = try BalancerCommand(["lb-balancer"] + words)
        #expect(command.checking(path: "/health") == command)
    }

    @Test
    func `a check is added where it asks for none`() throws {
        let command = try BalancerCommand(["lb-balancer", "--health-interval", "2s"])
            .checking(path: "/health")
        #expect(
            command.words == [
                "lb-balancer", "--health-interval", "2s", "--health-check", "http:/health",
            ])
        #expect(command.options.healthCheck == .http(path: "/health"))
    }

    @Test(
        arguments: [
            (["--nonsense"], "unknown option '--nonsense'"), (["x"], "'x' is no option"),
            (
                ["--ban", "30s"],
                "--ban shuts out who goes on after being refused, and nobody is refused"
            ),
            (["--trust-proxy", "x"], "'x'"),
            (["--backend", "3000,size=1"], "'size=1'"),
        ] as [([ByteString], String)])
    func `what is not understood or makes no sense together is refused`(
        words: [ByteString], said: String
    ) {
        let error = #expect(throws: UsageError.self) {
            try BalancerCommand(["lb-balancer"] + words)
        }
        #expect(error?.message.contains(said) == true)
    }

    @Test(arguments: [
        (["a", "--weight", "x=1", "b"], ["a", "b"]), (["a", "--weight=x=1"], ["a"]),
        (["--weights", "1"], ["--weights", "1"]), (["a", "--weight"], ["a"]),
        (["--weight", "--weight=x", "b"], ["b"]), ([], []),
    ])
    func `an option is left out with its value`(words: [ByteString], rest: [ByteString]) {
        #expect(BalancerCommand.without("weight", words) == rest)
    }
}
