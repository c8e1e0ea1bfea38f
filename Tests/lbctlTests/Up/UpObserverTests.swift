import Basics
import Control
import Kernel
import TestSupport
import Testing

@testable import lbctl

/// What a launcher that waits is told by the guardian in the background.
@Suite final class UpObserverTests {
    private let launcher: Descriptor
    private let observer: UpObserver

    init() throws {
        let pair = try Socket.pair()
        launcher = pair.first
        try launcher.setNonBlocking()
        observer = try UpObserver(
            try UpFlags(["--name", "x", "-d"].map { ByteString($0) }), names: [],
            report: LaunchReport(pair.second))
    }

    /// All that the launcher was told.
    private func told() throws -> [ControlReply] {
        var incoming = ByteQueue(capacity: 65536)
        _ = launcher.read(into: &incoming)
        var replies: [ControlReply] = []
        while let reply = try Framing.take(ControlReply.self, from: &incoming) {
            replies.append(reply)
        }
        return replies
    }

    @Test func `the service is told once, when it is ready first`() throws {
        #expect(observer.gone == nil && !observer.showsLog)
        observer.isReady(Examples.status)
        observer.isReady(Examples.status)
        #expect(try told() == [.status(Examples.status)])
        #expect(observer.gone == nil)
        // The launcher goes when it was told.
        observer.departed()
        #expect(observer.gone == nil)
    }

    @Test func `a failed start is told with what becomes of the rest, and ends the service`() throws
    {
        observer.isNotReady(Refusal(what: "a", why: "b", advice: "c"))
        #expect(
            try told() == [
                .refused(
                    Refusal(
                        what: "a", why: "b", advice: "what had been started is stopped again; c"))
            ])
        #expect(observer.gone == "'lbctl up -d' gave up")
    }

    @Test func `a launcher that was interrupted before wants no service any more`() {
        observer.departed()
        #expect(observer.gone == "'lbctl up -d' gave up")
    }
}
