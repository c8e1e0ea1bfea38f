import Basics

@testable import Logs

/// An event of every kind, with the facts that it may have, and its sentence.
enum EventExamples {
    static let backend = ServiceEvent.Subject("backend.2", port: 3001, pid: 4242, generation: 3)
    private static let worker = ServiceEvent.Subject("worker")

    private static func event(
        _ kind: EventKind, _ subject: ServiceEvent.Subject? = nil
    ) -> ServiceEvent { ServiceEvent(kind, subject) }

    private static let ms = Nanoseconds.milliseconds(20)
    private static let title = "backend.2 (port 3001, pid 4242)"

    static let all: [(ServiceEvent, String)] = ofService + ofProcess + ofEnd + ofChoice + ofRest

    private static let ofService: [(ServiceEvent, String)] = [
        (
            event(.started).with(.version, "0.2.0").with(.service, "x").with(.supervisorPid, 7),
            "lbctl 0.2.0 runs 'x' (supervisor pid 7)"
        ),
        (event(.stopping).with(.reason, "Ctrl-C"), "stopping: Ctrl-C"),
        (
            event(.waiting).with(.awaiting, ["a, killed", "b"]).with(.count, 4),
            "still waiting for a, killed; b and 2 more"
        ),
        (event(.stopped).with(.service, "x"), "'x' is stopped"),
        (
            event(.supervisorDied).with(.supervisorPid, 7).with(.signal, "SIGKILL").with(.count, 3),
            "the supervisor (pid 7) was killed by SIGKILL: everything is stopped; "
                + "3 processes killed"
        ),
        (
            event(.supervisorDied).with(.supervisorPid, 7).with(.exitCode, 1),
            "the supervisor (pid 7) exited with 1: everything is stopped"
        ),
        (
            event(.serviceDown).with(.backends, ["a is draining", "b has weight 0"])
                .with(.count, 3).with(.meanwhile, "requests are answered with 503"),
            "no backend can be chosen: a is draining, b has weight 0 and 1 more; "
                + "requests are answered with 503"
        ),
        (event(.serviceUp).with(.after, ms), "a backend can be chosen again after 20 ms"),
        (
            event(.allChecksFailed),
            "the checks of all backends fail: all are tried, rather than none"
        ),
        (
            event(.configChanged).with(.by, "scale").with(.changes, ["a added", "b removed"]),
            "changed by 'lbctl scale': a added, b removed"
        ),
        (event(.releaseDone), "release is done; starting the others"),
        (
            event(.refusing).with(.addresses, "127.0.0.1:8080").with(.advice, "lbctl start"),
            "no balancer runs: connections to 127.0.0.1:8080 are refused until one does "
                + "(lbctl start)"
        ),
        (
            event(.listenFailed).with(.addresses, "127.0.0.1:8080").with(.reason, "in use"),
            "can't listen on 127.0.0.1:8080 again: in use; trying on"
        ),
    ]

    private static let ofProcess: [(ServiceEvent, String)] = [
        (
            event(.ready, backend).with(.after, ms).with(.staysDrained, true),
            "\(title) is ready after 20 ms; it stays drained"
        ),
        (
            event(.ready, worker).with(.isJob, true).with(.isAwaited, true),
            "worker has started; the others wait for its end"
        ),
        (
            event(.unready, backend).with(.reason, "port 3001 is taken"),
            "\(title) is not ready: port 3001 is taken"
        ),
        (
            event(.unready, backend).with(.after, .seconds(10)).with(.reason, "nothing came")
                .with(.limit, .seconds(59)),
            "\(title) is not ready after 10.0 s: nothing came; it is ended after 59.0 s "
                + "('up --start-timeout')"
        ),
        (
            event(.startTimeout, backend).with(.limit, .seconds(59)).with(.reason, "nothing came"),
            "\(title) was not ready within 59.0 s: nothing came; ending it "
                + "('up --start-timeout' gives it longer)"
        ),
        (
            event(.failed, .init("backend.2", port: 3001)).with(.reason, "there is no 'x'"),
            "backend.2 can't be started: there is no 'x'"
        ),
        (
            event(.failed, worker).with(.crashedTooOften, true),
            "worker crashed too often and is left alone"
        ),
        (
            event(.blocked, worker).with(.reason, "no memory").with(.next, "restarting in 1.0 s"),
            "worker can't be started: no memory; restarting in 1.0 s"
        ),
        (
            event(.signalled, backend).with(.signal, "SIGHUP").with(.signalNumber, 1)
                .with(.by, "kill"),
            "\(title) is sent SIGHUP by 'lbctl kill'"
        ),
        (event(.paused, backend), "\(title) is paused by a signal"),
        (event(.paused, backend).with(.signal, "SIGSTOP"), "\(title) is paused by SIGSTOP"),
        (event(.paused, backend).with(.by, "pause"), "\(title) is paused by 'lbctl pause'"),
        (event(.resumed, backend), "\(title) goes on"),
        (event(.kept, backend).with(.by, "start"), "\(title) goes on by 'lbctl start'"),
    ]

    private static let ofEnd: [(ServiceEvent, String)] = [
        (
            event(.killed, backend).with(.signal, "SIGSEGV").with(.dumpedCore, true)
                .with(.ran, .seconds(3)).with(.cpu, ms).with(.peak, 8 << 20)
                .with(.outOfRotation, .microseconds(310)).with(.inFlight, 2).with(.retried, 1)
                .with(.failed, 1).with(.unit, "request").with(.next, "restarting at once"),
            "\(title) killed by SIGSEGV (core dumped) after 3.0 s (cpu 20 ms, peak 8.0 MiB); "
                + "out of rotation after 0.31 ms; 2 requests were in flight: 1 tried elsewhere, "
                + "1 failed; restarting at once"
        ),
        (
            event(.killed, backend).with(.signal, "SIGKILL").with(.ran, ms)
                .with(.requestsOpen, 1).with(.connectionsOpen, 2).with(.connectionsUnread, 1),
            "\(title) killed by SIGKILL after 20 ms; 1 request in flight, 2 connections open, "
                + "1 of them accepted and not read from yet"
        ),
        (
            event(.exited, backend).with(.exitCode, 127).with(.remarks, ["no program", "late"])
                .with(.ran, ms).with(.rest, .seconds(2)).with(.restKilled, true)
                .with(.inFlight, 1).with(.unit, "connection").with(.next, "stopped"),
            "\(title) exited with 127 (no program) (late) after 20 ms; the rest of it was killed "
                + "after 2.0 s; 1 connection was open: 0 tried elsewhere, 0 failed; stopped"
        ),
        (event(.exited, worker).with(.exitCode, 0), "worker exited with 0"),
        (
            event(.revised, backend).with(.inFlight, 20).with(.retried, 0).with(.failed, 20)
                .with(.failedElsewhere, 0),
            "\(title): beyond what was said, 20 requests were in flight: 0 tried elsewhere, "
                + "20 failed"
        ),
        (
            event(.revised, backend).with(.inFlight, 0).with(.failed, 2).with(.failedElsewhere, 2),
            "\(title): beyond what was said, 0 requests were in flight: 0 tried elsewhere, "
                + "2 failed after being tried elsewhere"
        ),
        (
            event(.revised, backend).with(.inFlight, 3).with(.retried, 1).with(.failed, 4)
                .with(.failedElsewhere, 2),
            "\(title): beyond what was said, 3 requests were in flight: 1 tried elsewhere, "
                + "4 failed, 2 of them after being tried elsewhere"
        ),
        (
            event(.stopTimeout, backend).with(.processes, ["pid 7 (sh)"]).with(.count, 3),
            "\(title) did not end in time; killed pid 7 (sh) and 2 more"
        ),
        (
            event(.leftBehind, backend).with(.processes, ["pid 7 (sleep 60)"]).with(.count, 1),
            "backend.2 had left 1 process behind: pid 7 (sleep 60); killed"
        ),
        (event(.leftBehind).with(.count, 2), "killed 2 processes left behind"),
    ]

    private static let ofChoice: [(ServiceEvent, String)] = [
        (event(.draining, backend), "\(title) is draining"),
        (event(.draining, backend).with(.by, "drain"), "\(title) is draining by 'lbctl drain'"),
        (
            event(.drained, backend).with(.after, ms),
            "\(title) has finished what it had after 20 ms"
        ),
        (
            event(.drainTimeout, backend).with(.inHand, 2).with(.unit, "request")
                .with(.after, .seconds(30)),
            "\(title) still has 2 requests after 30.0 s; ending it"
        ),
        (event(.undrained, backend).with(.by, "undrain"), "\(title) is back by 'lbctl undrain'"),
        (
            event(.weighed, backend).with(.weight, 3).with(.was, 1).with(.by, "weight"),
            "\(title) has weight 3 by 'lbctl weight' (was 1)"
        ),
        (
            event(.down, backend).with(.reason, "connection refused"),
            "\(title) is taken for down by the balancer: connection refused"
        ),
        (event(.up, backend).with(.reason, "200"), "\(title) answers again: 200"),
        (
            event(.balancerReplaced, .init("balancer", port: 8080, pid: 9)).with(.fromPid, 7),
            "balancer (port 8080, pid 9) takes over from pid 7, which answers what it has"
        ),
        (event(.hastened, backend), "\(title) has to make room for the next"),
    ]

    private static let ofRest: [(ServiceEvent, String)] = [
        (
            event(.banned).with(.client, "192.0.2.7").with(.lasting, .seconds(30))
                .with(.refusals, 3).with(.within, .seconds(10)),
            "192.0.2.7 is banned for 30.0 s: refused 3 times within 10.0 s"
        ),
        (event(.banned).with(.count, 5), "5 more clients banned"),
        (
            event(.unbanned).with(.client, "192.0.2.7").with(.lifted, true),
            "192.0.2.7 may come in again: its ban was lifted"
        ),
        (
            event(.unbanned).with(.client, "192.0.2.7"),
            "192.0.2.7 may come in again: its ban is over"
        ),
        (
            event(.unbanned).with(.count, 18).with(.lifted, true),
            "18 clients may come in again: all bans were lifted"
        ),
        (event(.unbanned).with(.count, 1), "1 client may come in again: their bans are over"),
        (
            event(.unwritable).with(.reason, "write: no space"),
            "the history can't be written (write: no space); going on without it"
        ),
        (event(.writable).with(.lost, 1), "the history is written again; 1 line were lost"),
        (.notice("there is no IPv6 here", backend), "there is no IPv6 here"),
    ]
}
