import Basics
import Kernel
import Logs
import Planning
import TestSupport
import Testing

@testable import Supervision

/// What a command of `--on-event` finds.
@Suite struct MessageLaunchTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func service(in directory: String) throws -> ServicePlan {
        var recipe = try Recipe(Topology.Flags(), file: nil)
        recipe.directory = ByteString(directory)
        recipe.environment = EnvironmentFile("LBCTL_PORT=1\nTOKEN=x\n")
        return ServicePlan(
            name: "shop", runtimePath: "/run/x", historyPath: "/x", historyLimit: 1 << 20,
            programFolder: ByteString(directory), listen: [], requestedListen: [], children: [],
            descriptorLimit: 1024, drainLimit: .seconds(1), recipe: recipe, notices: [])
    }

    private func launch(
        _ command: String, _ event: ServiceEvent, count: Int = 1
    ) -> MessageLaunch {
        MessageLaunch(
            command: EventCommand(kinds: [], command: ByteString(command)), event: event,
            stamp: Stamp(sequence: 9, time: WallTime(nanoseconds: 1_000_000)), count: count)
    }

    private let death = ServiceEvent(
        .killed, ServiceEvent.Subject("backend.2", port: 3001, pid: 42, generation: 3)
    ).with(.signal, "SIGKILL").with(.remarks, ["a\nb\u{1B}[2J"])

    @Test func `each variable is there, empty where there is nothing to tell`() throws {
        let service = try service(in: folder.path)
        func found(_ event: ServiceEvent, _ count: Int) throws -> [String: String] {
            let list = launch("x", event, count: count).variables(in: service)
            return Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0.value.text) })
        }
        let whole = try found(death, 5)
        #expect(whole["LBCTL_EVENT"] == "killed" && whole["LBCTL_PROCESS"] == "backend.2")
        #expect(whole["LBCTL_PORT"] == "3001" && whole["LBCTL_PID"] == "42")
        #expect(whole["LBCTL_SERVICE"] == "shop" && whole["LBCTL_CONSECUTIVE"] == "5")
        #expect(whole["LBCTL_TIME"] == "1970-01-01T00:00:00.001000Z")
        // One line, whatever a program has called itself.
        #expect(
            whole["LBCTL_WHAT"]
                == "backend.2 (port 3001, pid 42) killed by SIGKILL (a^Jb^[[2J)")
        let bare = try found(ServiceEvent(.allChecksFailed), 1)
        #expect(bare["LBCTL_PROCESS"] == "" && bare["LBCTL_PORT"] == "" && bare["LBCTL_PID"] == "")
        #expect(bare.count == 8)
    }

    @Test func `it runs in the service's folder, with the object of events on standard input`()
        throws
    {
        let command = "cat >object; echo $LBCTL_EVENT $LBCTL_PORT $LBCTL_NAME $TOKEN; head -c1 >&2"
        let output = try OutputPipe()
        let started = try launch(command, death).start(
            in: try service(in: folder.path), output: output.output,
            mark: LineageMark(owner: ThisProcess.pid, number: 0xFF_0001))
        #expect(Poll.wait(for: .readable, on: started.pidDescriptor.reference, timeout: patience))
        #expect(started.reap()?.cause == .exited(code: 0))
        #expect(output.finish() == "killed 3001 shop x\n")
        var expected = ByteQueue(capacity: 64)
        death.appendObject(
            at: Stamp(sequence: 9, time: WallTime(nanoseconds: 1_000_000)), to: &expected)
        #expect(try Files.text(folder("object")) == text(expected))
        #expect(text(expected).hasPrefix("{\"seq\":9,\"time\":\"1970-01-01T00:00:00.001000Z\","))
    }

    @Test func `why it can't be started is told`() throws {
        let service = try service(in: folder("gone"))
        do throws(MessageLaunch.Obstacle) {
            let launch = launch("true", death)
            _ = try launch.start(in: service, output: nil, mark: LineageMark(owner: 1, number: 1))
            Issue.record("it was started")
        } catch {
            #expect(error.why == "the folder \(folder("gone")) is not there")
        }
    }
}
