import Basics
import Testing

@testable import Control

/// How long the balancer waits unless told otherwise, and what it is told.
@Suite struct TimesTests {
    /// What the help says of an option.
    private func help(_ name: String) -> String {
        BalancerOptions.options.first { $0.name == name }?.help ?? ""
    }

    @Test func `the times that are in force are those that the help names`() {
        let options = BalancerOptions()
        for (name, time, words) in [
            ("timeout-connect", options.timeoutConnect, "1s"),
            ("timeout-response", options.timeoutResponse, "60s"),
            ("timeout-head", options.timeoutHead, "10s"),
            ("timeout-client", options.timeoutClient, "60s"),
            ("timeout-idle", options.timeoutIdle, "60s"),
            ("timeout-tunnel", options.timeoutTunnel, "1h"),
        ] {
            #expect(Quantity.duration(words) == time, "\(name)")
            #expect(help(name).hasSuffix("(\(words))"), "\(name): \(help(name))")
        }
        #expect(options.minRate == 16 && help("min-rate").hasSuffix("(16B/s)"))
    }

    @Test func `each time and the rate are taken as they are said`() throws {
        let options = try BalancerOptions(words: [
            "--timeout-head", "3s", "--timeout-client=2m", "--timeout-response", "1h",
            "--min-rate", "1KiB/s",
        ])
        #expect(options.timeoutHead == .seconds(3))
        #expect(try BalancerOptions(words: ["--timeout-client", "4s"]).timeoutHead == .seconds(4))
        #expect(options.timeoutClient == .seconds(120))
        #expect(options.timeoutResponse == .minutes(60))
        #expect(options.minRate == 1024)
        #expect(try BalancerOptions(words: ["--min-rate", "off"]).minRate == 0)
        for words in [["--timeout-head", "0s"], ["--timeout-head", "x"], ["--min-rate", "16"]] {
            #expect(throws: UsageError.self) { try BalancerOptions(words: words) }
        }
    }
}
