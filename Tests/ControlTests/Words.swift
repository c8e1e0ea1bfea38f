import Basics
import TestSupport

@testable import Control

/// An example of every word that can be said, extremes included.
enum Words {
    static let requests: [ControlRequest] = [
        .status, .awaitReady, .follow, .down(within: .seconds(10), why: "Ctrl-C"),
        .down(within: Nanoseconds(Quantity.longest), why: ""), .down(within: nil, why: "SIGTERM"),
        .kill(targets: ["3001", "backend.2", "é", ""], signal: 9, restarts: false),
        .kill(targets: ["all"], signal: 64, restarts: true),
        .carryOut(ServiceOrder(.restart, targets: ["backend", "é"], isRolling: true)),
        .carryOut(ServiceOrder(.stop, targets: ["all"], waits: true)),
        .carryOut(ServiceOrder(.resume, targets: ["all"])),
        .carryOut(
            ServiceOrder(
                .weight, targets: ["3001", "backend"], settings: [.weight(0), .weight(256)])),
        .carryOut(ServiceOrder(.slow, targets: ["a"], settings: [.latency(.seconds(3600))])),
        .carryOut(ServiceOrder(.fail, targets: ["a"], settings: [.errorRate(.whole)])),
        .carryOut(ServiceOrder(.algorithm, targets: ["b"], settings: [.algorithm(.hash)])),
        .scale(to: 8), .reload, .board, .bans, .lift(["192.0.2.7", "all"]), .gatherLog,
    ]

    static let child = ChildStatus(
        name: "backend.1", type: "backend", port: 3001, pid: 4242, state: .ready, health: .up,
        startedAt: WallTime(nanoseconds: 1_700_000_000_000_000_000), restarts: 3, weight: 1,
        active: 2, requests: .max, p50: 0.25, p99: 12.5, cpuPercent: 99.9, residentBytes: 1 << 40,
        traffic: traffic)

    static let echo = {
        var child = bareChild
        child.faults = EchoFaults(latency: .milliseconds(20), errorRate: .whole)
        return child
    }()

    private static let traffic = {
        var traffic = BackendTraffic()
        traffic.classes = [1, 2, 3, 4, 5]
        traffic.failures[.refused] = 6
        traffic.failures[.meantForUs] = .max
        traffic.retriedFrom = 7
        traffic.retriedTo = 8
        traffic.retriesDenied = 9
        traffic.connections.tried = 10
        traffic.connections.failed = 11
        traffic.checksPassed = 12
        traffic.checksFailed = 13
        traffic.bytesReceived = .max
        traffic.responseTime = .seconds(14)
        traffic.average = 1.5
        return traffic
    }()

    static let balancer = {
        var child = bareChild
        child.algorithm = .leastResponseTime
        child.fronting = BalancerTraffic()
        child.fronting?.connections = 1
        child.fronting?.ownAnswers = .max
        child.fronting?.ownAnswersByCause[.banned] = 2
        child.fronting?.classes[4] = 6
        child.fronting?.waitingTime = .milliseconds(7)
        child.fronting?.limited = 3
        child.fronting?.shutOut = 4
        child.fronting?.waiting = 5
        child.fronting?.linesDropped = 5
        return child
    }()

    static let bareChild = ChildStatus(
        name: "", type: "", port: nil, pid: nil, state: .failed, health: .unknown, startedAt: nil,
        restarts: 0)

    static let replies: [ControlReply] = [
        .done, .refused(Refusal(what: "kill 9999", why: "no such target", advice: "try ps")),
        .refused(Refusal(what: "", why: "")),
        .status(
            ServiceStatus(
                name: "default", supervisorPid: 2, guardianPid: 1, url: "http://localhost:8080/",
                directory: "/srv/é", procfile: "/srv/é/Procfile",
                startedAt: WallTime(nanoseconds: 5), phase: .stopping,
                children: [child, bareChild, balancer, echo])),
        .killed([
            KillReport(
                name: "backend.1", port: 3001, pid: 4242, signal: 9,
                outOfRotation: .microseconds(480), next: "restarting at once"),
            KillReport(name: "b", port: 0, pid: 1, signal: 15, outOfRotation: nil, next: ""),
        ]),
        .following(from: 17), .missed(.max), .bans([], unlisted: 0),
        .board(
            Examples.status,
            [
                BoardRow(
                    name: "backend.1", place: BoardRow.Place(slot: 3, generation: 7),
                    words: [1, .max]),
                BoardRow(name: "é", place: nil, words: []),
            ]),
        .bans([BanWord(client: "2001:db8::/64", remaining: .seconds(30))], unlisted: 904),
        .reported(
            TargetReport(
                name: "backend.1", port: 3001, pid: 4242, isDone: true, outcome: "stopped",
                took: .milliseconds(12))),
        .reported(
            TargetReport(
                name: "web.4", port: 1, pid: 2, isDone: false, outcome: "added", change: .added,
                weight: 256)),
        .reported(TargetReport(name: "", port: 0, pid: 0, isDone: false, outcome: "")),
        .record(
            RecordWord(
                sequence: 5, time: WallTime(nanoseconds: 6), name: "backend.1", generation: 3,
                stream: 1, part: 2, text: [0, 255, 10, 13])),
    ]

    static let roster = RosterWord(
        version: 7,
        members: [
            RosterMember(
                slot: 0, generation: 1, name: "backend.1", address: "127.0.0.1:3000", fact: .ready,
                weight: 3, pid: 99,
                ended: BackendEnding(
                    generation: 1, pid: 98, cause: .killed(signal: 9, dumpedCore: true),
                    wasPlanned: false, at: Instant(nanoseconds: 5), ran: .seconds(3)),
                returns: Instant(nanoseconds: 6)),
            RosterMember(
                slot: BackendSlot(.max), generation: .max, name: "", address: "unix:/a", fact: .gone
            ),
            RosterMember(
                slot: 1, generation: 2, name: "a", address: "[::1]:1", fact: .paused,
                ended: BackendEnding(
                    generation: .max, pid: .min, cause: .exited(code: -1), wasPlanned: true,
                    at: .never, ran: Nanoseconds(.max))),
        ])

    static let orders: [LinkOrder] = [
        .workers(first: 1, count: 4), .roster(roster), .drain(within: .seconds(30)),
        .roster(RosterWord(version: 0, members: [])),
        .roster(RosterWord(version: 1, members: [], algorithm: .leastConnections)),
        .limit(until: Instant(nanoseconds: 17)),
    ]

    static let reports: [LinkReport] = [
        .adopted(version: 7),
        .verdict(slot: 1, generation: 2, isUp: false, reason: "3 failures in a row"),
        .failedOver(
            FailoverAccount(slot: 1, generation: 2, inFlight: 9, retried: 7, failed: 2)),
        .failedOverSince(
            FailoverAccount(slot: 1, generation: 2, inFlight: 3, retried: 1, failed: 4)),
        .stoppedAccepting,
        .banned(
            BanNotice(
                client: "2001:db8::/64", until: Instant(nanoseconds: .max), lasting: .seconds(30),
                refusals: 3, within: .seconds(10))),
        .bannedMore(.max),
    ]
}

/// The frame of a word without its length.
func frame(_ word: some Spelled) -> [UInt8] {
    var writer = FrameWriter()
    word.spell(into: &writer)
    return writer.bytes
}

/// What a frame says, all of it; nothing when it says nothing.
func read<Word: Spelled>(_ bytes: [UInt8], as type: Word.Type) -> Word? {
    do throws(Misspelling) {
        var reader = FrameReader(bytes)
        let word = try Word(from: &reader)
        return reader.isAtEnd ? word : nil
    } catch { return nil }
}

/// What is wrong with a frame; nothing where all of it can be read.
func fault<Word: Spelled>(_ bytes: [UInt8], as type: Word.Type) -> String? {
    do throws(Misspelling) {
        var reader = FrameReader(bytes)
        _ = try Word(from: &reader)
        return reader.isAtEnd ? nil : "there is more"
    } catch { return error.reason }
}
