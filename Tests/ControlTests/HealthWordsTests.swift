import Basics
import Testing

@testable import Control

/// What a check says and expects, as it is spelled.
@Suite struct HealthWordsTests {
    private func read(_ words: String...) throws -> BalancerOptions.HealthCheck? {
        try BalancerOptions(words: words).healthCheck
    }

    @Test func `words make a TCP check one that listens`() throws {
        #expect(
            try read("--health-send", "PING\\r\\n", "--health-expect", "+PONG")
                == .words(send: Array("PING\r\n".utf8), expect: Array("+PONG".utf8)))
        #expect(
            try read("--health-check", "tcp", "--health-expect", "220")
                == .words(send: [], expect: Array("220".utf8)))
        #expect(try read("--health-interval", "2s") == nil)
    }

    @Test func `bytes are spelled as in C`() throws {
        #expect(
            try BalancerOptions.bytes("a\\t\\0\\\\\\x1Fé") == [
                0x61, 0x09, 0, 0x5C, 0x1F, 0xC3, 0xA9,
            ])
        for wrong in ["\\", "\\q", "\\x", "\\x1", "\\xg0", "\\x+1"] {
            #expect(throws: UsageError.self, "\(wrong)") { try BalancerOptions.bytes(wrong) }
        }
    }

    @Test func `what makes no check is refused`() {
        #expect(throws: UsageError.self) { try read("--health-send", "PING") }
        #expect(throws: UsageError.self) { try read("--health-expect", "") }
        #expect(throws: UsageError.self) {
            try read("--health-check", "http:/health", "--health-expect", "ok")
        }
        #expect(throws: UsageError.self) {
            try read("--health-check", "off", "--health-expect", "ok")
        }
    }

    @Test func `what does not go together is refused once all is known`() throws {
        for words in [
            ["--mode", "tcp", "--hash-key", "path"], ["--mode", "tcp", "--sticky", "cookie"],
            ["--accept-proxy"],
        ] {
            let options = try BalancerOptions(words: words)
            #expect(throws: UsageError.self, "\(words)") { try options.refuseContradictions() }
        }
        try BalancerOptions(words: ["--accept-proxy", "--trust-proxy", "10.0.0.1"])
            .refuseContradictions()
    }
}
