import Basics
import Kernel
import Testing

@testable import lb_echo

/// What the command line asks for.
@Suite struct SettingsTests {
    private func fault(_ words: String...) -> String? {
        do throws(UsageError) {
            _ = try Settings(words)
            return nil
        } catch { return error.message }
    }

    @Test func `each option is what it says`() throws {
        let settings = try Settings([
            "--port", "0", "--host=::1", "--name", "web.1", "--latency", "20ms", "--error-rate",
            "0.25", "--log", "--mode", "tcp", "--banner", "--ready-fd", "5",
            "--control-fd", "6",
        ])
        #expect(settings.wish == .serve && settings.mode == .tcp)
        #expect(settings.address == .loopback6(port: 0))
        #expect(settings.name == "web.1")
        #expect(
            settings.latency == .milliseconds(20) && settings.errorRate == Share(percentage: "25"))
        #expect(settings.logsRequests && settings.hasBanner && settings.readyDescriptor == 5)
        #expect(settings.controlDescriptor == 6)
    }

    @Test func `without words it serves HTTP at once, and fails no request`() throws {
        let settings = try Settings(["--port", "3001"])
        #expect(settings.mode == .http && settings.address == .loopback(port: 3001))
        #expect(settings.latency == Nanoseconds(0) && settings.errorRate == .zero)
        #expect(!settings.logsRequests && !settings.hasBanner && settings.readyDescriptor == nil)
    }

    @Test func `the help and the version go before everything else`() throws {
        #expect(try Settings(["-h", "--error-rate", "7"]).wish == .help)
        #expect(try Settings(["--version", "stray"]).wish == .version)
        for option in ["--port", "--latency", "--error-rate", "--log", "--mode", "--ready-fd"] {
            #expect(Settings.help.contains(option))
        }
    }

    @Test func `what makes no sense is refused`() {
        #expect(fault("stray") == "unexpected word 'stray'")
        #expect(
            fault("--port", "65536") == "--port takes a whole number from 0 to 65535, not '65536'")
        #expect(
            fault("--host", "example.org")
                == "--host takes an address such as 127.0.0.1 or ::1, not 'example.org'")
        for text in ["-0.1", "1.1", "x", "nan", "inf"] {
            #expect(
                fault("--error-rate", text)
                    == "--error-rate takes a share from 0 to 1 or a percentage, not '\(text)'")
        }
        #expect(
            fault("--control-fd", "2")
                == "--control-fd takes a whole number from 3 to 65535, not '2'")
        #expect(fault("--mode", "udp") == "--mode can't be 'udp'")
        #expect(
            fault("--ready-fd", "2") == "--ready-fd takes a whole number from 3 to 65535, not '2'")
    }

    /// It stands in a field of every answer as it is.
    @Test(arguments: ["a b", "a\r\nX: 1", "é", "\u{7F}", String(repeating: "a", count: 129)])
    func `a name that is unfit for a field is refused`(name: String) {
        #expect(
            fault("--name", name)
                == "a name is up to 128 visible ASCII characters, not '\(name)'")
    }

    @Test func `a name of 128 characters is taken, and an empty one is none`() throws {
        let long = String(repeating: "~", count: 128)
        #expect(try Settings(["--name", long]).name == long)
        #expect(try Settings(["--name", ""]).name == nil)
    }
}
