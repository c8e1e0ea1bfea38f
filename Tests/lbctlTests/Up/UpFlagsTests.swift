import Basics
import Control
import Kernel
import Planning
import Testing

@testable import lbctl

/// The words behind `up`.
@Suite struct UpFlagsTests {
    private func flags(_ words: String...) throws(UsageError) -> UpFlags {
        try UpFlags((words + ["--name", "x"]).map { ByteString($0) })
    }

    private func fault(_ words: String...) -> UsageError? {
        do throws(UsageError) {
            _ = try UpFlags((words + ["--name", "x"]).map { ByteString($0) })
            return nil
        } catch { return error }
    }

    @Test func `without words everything is as the Procfile or the default says`() throws {
        let flags = try flags()
        var usual = Topology.Flags()
        usual.admin = .usual
        #expect(flags.topology == usual)
        #expect(flags.name == "x" && flags.folder.name == "x")
        #expect(flags.procfile == nil && !flags.isDetached)
        #expect(flags.format == .text && flags.colour == .auto)
        #expect(flags.logSize == 256 << 20)
    }

    @Test func `how lines are shown is checked`() throws {
        _ = try flags("--timestamps", "full", "--access-lines=errors")
        #expect(fault("--timestamps", "utc")?.hint == "it is one of local, full, none")
        #expect(
            fault("--access-lines", "few")?.hint == "it is one of all, folded, errors, none")
    }

    @Test func `faults are for some or for all, and a wrong one is told with its option`() throws {
        let flags = try flags(
            "--latency", "20ms", "--error-rate=3001=10%", "--latency", "backend.2=1s")
        #expect(flags.topology.faults.map(\.target) == ["all", "backend.2", "3001"])
        #expect(
            fault("--latency", "3000=x")?.message
                == "--latency: 'x' is no time to answer later by")
        #expect(fault("--error-rate", "0.1")?.hint == "say 0.1% or 10%")
    }

    @Test func `commands for events are kept in their order, and a wrong kind is told`() throws {
        let flags = try flags("--on-event", "killed:a", "--on-event=curl http://localhost:1/")
        #expect(flags.topology.eventCommands.map(\.kinds) == [[.killed], []])
        #expect(flags.topology.eventCommands[1].command == "curl http://localhost:1/")
        #expect(fault("--on-event", "kiled:a")?.hint.hasPrefix("did you mean 'killed'?") == true)
    }

    @Test func `each option is what it says`() throws {
        let flags = try flags(
            "--backends", "5", "--balancers=2", "--port", "0", "--base-port", "4000", "--host",
            "::1", "--formation", "worker=2", "--pty", "web,worker", "--merge-streams", "all",
            "--restart", "on-failure", "--restart-delay", "250ms", "--start-timeout", "3s",
            "--log-size", "1MiB", "-d", "-f", "app/Procfile", "--format", "json", "--admin", "9090")
        #expect(flags.topology.backends == 5 && flags.topology.balancers == 2)
        #expect(flags.topology.port == 0 && flags.topology.basePort == 4000)
        #expect(flags.topology.host == "::1")
        #expect(flags.topology.formation.count(of: "worker") == 2)
        #expect(flags.topology.terminals == ["web", "worker"])
        #expect(flags.topology.merged == ["all"])
        #expect(flags.topology.rule == .onFailure)
        #expect(flags.topology.restartDelay == .milliseconds(250))
        #expect(flags.topology.startLimit == .seconds(3))
        #expect(flags.logSize == 1 << 20 && flags.isDetached)
        #expect(flags.topology.admin == .asked(9090))
        #expect(try self.flags("--admin", "off").topology.admin == .off)
        #expect(fault("--admin", "8404x")?.hint == "it is a port (0: any that is free), or off")
        #expect(flags.procfile == "app/Procfile" && flags.format == .json)
    }

    @Test(
        arguments: [("always", .always), ("on-failure", .onFailure), ("never", .never)]
            as [(String, RestartRule)])
    func `every rule for restarts can be said`(text: String, rule: RestartRule) throws {
        #expect(try flags("--restart", text).topology.rule == rule)
    }

    @Test func `the balancer's own options go to the balancer, as they were said`() throws {
        let flags = try flags(
            "--algorithm=round-robin", "--health-check", "tcp", "--weight", "3000=2", "--weight",
            "3001=3")
        #expect(
            Set(flags.topology.balancer) == [
                "--algorithm=round-robin", "--health-check=tcp", "--weight=3000=2",
                "--weight=3001=3",
            ])
    }

    @Test func `a path may be any octets`() throws {
        let path = ByteString([0x2F, 0xFF, 0x2F, 0x50])
        let flags = try UpFlags(["-f", path, "--name", "x"])
        #expect(flags.procfile == path)
    }

    @Test func `what makes no sense is refused with what does`() {
        #expect(
            fault("--backends", "0")?.message
                == "--backends takes a whole number from 1 to 256, not '0'")
        #expect(
            fault("--balancers", "17")?.message
                == "--balancers takes a whole number from 1 to 16, not '17'")
        #expect(
            fault("--restart", "sometimes")
                == UsageError(
                    "--restart can't be 'sometimes'",
                    hint: "it is one of always, on-failure, never"))
        #expect(
            fault("--log-size", "1MB")?.message == "--log-size takes a size such as 16KiB or "
                + "256MiB, not '1MB'")
        #expect(
            fault("--log-size", "1023KiB")
                == UsageError("--log-size can't be '1023KiB'", hint: "it is 1MiB at least"))
        #expect(fault("--start-timeout", "0")?.message.contains("above 0") == true)
        #expect(fault("--formation", "worker")?.hint == "such as worker=2,clock=0")
        #expect(fault("stray")?.message == "'stray' is not expected here")
        #expect(fault("--health-check", "ping") != nil)
    }

    @Test func `the balancer's --listen is told by its names here`() {
        #expect(
            fault("--listen", "80")
                == UsageError(
                    "unknown option '--listen'",
                    hint: "it is --port and --host here, as in --port 8080 --host 127.0.0.1"))
    }

    @Test(arguments: ["..", "a/b", "", "-x"]) func `a name that no service can have is refused`(
        name: String
    ) {
        #expect(throws: UsageError.self) { try UpFlags(["--name=\(name)"].map { ByteString($0) }) }
    }
}
