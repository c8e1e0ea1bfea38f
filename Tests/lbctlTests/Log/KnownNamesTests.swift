import Basics
import Control
import Logs
import TestSupport
import Testing

@testable import lbctl

/// The names that `logs` can be asked for.
@Suite struct KnownNamesTests {
    private let children = [
        Examples.child("balancer", "balancer", port: 8080),
        Examples.child("backend.1", "backend", port: 3000),
        Examples.child("backend.2", "backend", port: 3001),
    ]

    private var status: ServiceStatus {
        var status = Examples.status
        status.children = children
        return status
    }

    private let log = [
        WrittenLog.Line(.run, "lbctl", "started version=\"0.2.0\" service=\"x\""),
        .init(.event, "lbctl", "ready name=\"worker\" port=5000 pid=42"),
        .init(.out, "web.1", "a line"),
        .init(.event, "lbctl", "ready name=\"clock\" port=5000 pid=43"),
        .init(.out, "web.2", "ready name=\"job\" port=7000 pid=1"),
        .init(.sentence, "lbctl", "old (port 7000, pid 1) is ready"),
    ]

    private func names(
        _ targets: [String], _ lines: [WrittenLog.Line] = [], _ status: ServiceStatus? = nil
    ) throws -> [String] {
        let log = try WrittenLog(lines)
        return try withExtendedLifetime(log) {
            try KnownNames.names(targets, from: 0, log.past, status)
        }
    }

    private func refusal(
        _ targets: [String], _ lines: [WrittenLog.Line], _ status: ServiceStatus? = nil
    ) throws -> Refusal? {
        do {
            _ = try names(targets, lines, status)
            return nil
        } catch let refusal as Refusal { return refusal }
    }

    @Test func `what runs is known by name, type and port, whatever the history has`() throws {
        #expect(try names([], [], status) == [])
        #expect(try names(["backend.1", "lbctl"], [], status) == ["backend.1", "lbctl"])
        #expect(try names(["backend"], [], status) == ["backend"])
        #expect(try names(["3001"], [], status) == ["backend.2"])
        #expect(try names(["3001", "balancer"], [], status) == ["balancer", "backend.2"])
    }

    @Test func `what has written a line is known, and what an event is about`() throws {
        #expect(try names(["web.1"], log) == ["web.1"])
        #expect(try names(["web"], log) == ["web"])
        #expect(try names(["worker"], log) == ["worker"])
        #expect(try names(["worker"], log, status) == ["worker"])
    }

    @Test func `a port that no process has now means the last that had it`() throws {
        #expect(try names(["5000"], log) == ["clock"])
        #expect(try names(["5000"], log, status) == ["clock"])
        // What a child writes is no event, and a sentence of 0.1.0 is not read.
        #expect(try refusal(["7000"], log)?.why == "nothing has port 7000")
    }

    @Test func `an unknown name is refused with those that are known, and the likely one`() throws {
        let refusal = try refusal(["wrker"], log)
        #expect(refusal?.what == "there is nothing to show")
        #expect(refusal?.why == "nothing is called 'wrker'")
        #expect(
            refusal?.advice
                == "did you mean 'worker'? known are: clock, lbctl, web.1, web.2, worker")
        let other = try self.refusal(["xyzzy"], log, status)
        #expect(
            other?.advice == "known are: backend.1, backend.2, balancer, clock, lbctl, web.1, "
                + "web.2, worker")
    }

    @Test func `of several the one that is unknown is told`() throws {
        #expect(
            try refusal(["web.1", "5000", "nothing"], log)?.why == "nothing is called 'nothing'")
        #expect(try refusal(["web.1", "1234"], log)?.why == "nothing has port 1234")
    }
}
