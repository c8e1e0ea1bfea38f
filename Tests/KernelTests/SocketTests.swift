import Basics
import Glibc
import TestSupport
import Testing

@testable import Kernel

/// What the kernel does with connections, found out and written down.
@Suite struct SocketTests {
    private struct Connected: ~Copyable {
        let client: Descriptor
        let server: Descriptor
    }

    private func connected() throws -> Connected {
        let listener = try Socket.listen(on: .loopback(port: 0))
        let client = try Socket.connect(to: try Socket.localAddress(of: listener))
        _ = Poll.wait(for: .readable, on: listener.reference, timeout: .seconds(30))
        guard case .connection(let server, _) = Socket.accept(from: listener.reference) else {
            throw SystemError(call: "accept", errno: .tryAgain)
        }
        return Connected(client: client, server: server)
    }

    @Test func `what is peeked at stays, and what is skipped is gone`() throws {
        let pair = try connected()
        _ = pair.client.send(Array("header, then the rest".utf8).span)
        #expect(Poll.wait(for: .readable, on: pair.server.reference, timeout: .seconds(30)))
        var seen = ByteQueue(capacity: 6)
        for _ in 0..<2 {
            seen.removeAll()
            #expect(pair.server.peek(into: &seen) == .moved(6))
        }
        #expect(pair.server.skip(13) == .moved(13))
        var rest = ByteQueue(capacity: 64)
        #expect(pair.server.receive(into: &rest) == .moved(8))
        #expect(pair.server.peek(into: &rest) == .wouldBlock)
        let here = try Socket.localAddress(of: pair.client)
        #expect(try Socket.peerAddress(of: pair.server) == here)
    }

    @Test(arguments: [Address.loopback(port: 0), .loopback6(port: 0)])
    func `of this machine the kernel knows which has closed and which only ended its direction`(
        at address: Address
    ) throws {
        guard let listener = try? Socket.listen(on: address) else { return }
        let here = try Socket.localAddress(of: listener)
        func accepted() throws -> Descriptor {
            #expect(Poll.wait(for: .readable, on: listener.reference, timeout: .seconds(30)))
            guard case .connection(let server, _) = Socket.accept(from: listener.reference) else {
                throw SystemError(call: "accept", errno: .tryAgain)
            }
            return server
        }
        let client = try Socket.connect(to: here)
        let server = try accepted()
        // Where the kernel was built without it, nothing is known.
        guard let isClosed = Socket.isPeerClosed(of: server) else { return }
        #expect(!isClosed)
        Socket.endSending(client)
        #expect(Socket.isPeerClosed(of: server) == false)
        let other: Descriptor
        do {
            let brief = try Socket.connect(to: here)
            other = try accepted()
            withExtendedLifetime(brief) {}
        }
        #expect(Socket.isPeerClosed(of: other) == true)
        withExtendedLifetime(client) {}
    }

    @Test func `connecting to a closed port reports writable and hung up together`() throws {
        let closed = try Socket.reserve(.loopback(port: 0))
        let socket = try Socket.connect(to: try Socket.localAddress(of: closed))
        let poller = try Poller()
        try poller.add(socket.reference, for: .everyChange, token: Token(kind: 1))
        #expect(poller.wait(timeout: .seconds(30)) == 1)
        let told = poller.event(0).readiness
        #expect(told.isSuperset(of: [.writable, .hungUp, .failed]))
        #expect(Socket.pendingError(of: socket) == .connectionRefused)
        // Asked once, it is gone.
        #expect(Socket.pendingError(of: socket) == nil)
    }

    private enum PeerFate: CaseIterable {
        case closesBefore, readsAndCloses, readsAPartAndCloses, resetsBefore, resetsAfterReading
        case endsAndReads
    }

    @Test(arguments: PeerFate.allCases)
    private func `only of a peer that had closed before is it said that it read nothing`(
        _ fate: PeerFate
    ) throws {
        var client: Descriptor
        do {
            let pair = try connected()
            // Something has gone each way before, as over a kept connection.
            _ = pair.client.send([1, 2, 3].span)
            var seen = ByteQueue(capacity: 64)
            #expect(Poll.wait(for: .readable, on: pair.server.reference, timeout: .seconds(30)))
            _ = pair.server.receive(into: &seen)
            _ = pair.server.send([4].span)
            #expect(Poll.wait(for: .readable, on: pair.client.reference, timeout: .seconds(30)))
            _ = pair.client.receive(into: &seen)
            client = try pair.client.reference.duplicate()
            var part = ByteQueue(capacity: 2)
            switch fate {
            case .closesBefore: break
            case .resetsBefore: Socket.resetOnClose(pair.server)
            case .endsAndReads: Socket.endSending(pair.server)
            case .readsAndCloses, .readsAPartAndCloses, .resetsAfterReading: break
            }
            if fate != .closesBefore && fate != .resetsBefore {
                #expect(pair.client.send([5, 6, 7].span) == .moved(3))
                #expect(
                    Poll.wait(for: .readable, on: pair.server.reference, timeout: .seconds(30)))
                if fate == .readsAPartAndCloses {
                    _ = pair.server.receive(into: &part)
                } else {
                    _ = pair.server.receive(into: &seen)
                }
            }
            if fate == .resetsAfterReading { Socket.resetOnClose(pair.server) }
        }
        if fate == .closesBefore { #expect(client.send([5, 6, 7].span) == .moved(3)) }
        if fate == .resetsBefore { _ = client.send([5, 6, 7].span) }
        #expect(Poll.wait(for: .readable, on: client.reference, timeout: .seconds(30)))
        #expect(Socket.metClosedPeer(client, last: 3) == (fate == .closesBefore))
    }

    @Test func `on the loopback a first send can follow the connect at once`() throws {
        let listener = try Socket.listen(on: .loopback(port: 0))
        let client = try Socket.connect(to: try Socket.localAddress(of: listener))
        #expect(client.send([1, 2, 3].span) == .moved(3))
    }

    @Test func `a peer that speaks first and resets instead was never there`() throws {
        let listener = try Socket.listen(on: .loopback(port: 0))
        let address = try Socket.localAddress(of: listener)
        do {
            let client = try Socket.connect(to: address, speakFirst: true)
            #expect(Socket.progress(of: client, to: address) == .connected)
            Socket.resetOnClose(client)
        }
        guard case .none = Socket.accept(from: listener.reference) else {
            Issue.record("the program there would have heard of it")
            return
        }
        let client = try Socket.connect(to: address, speakFirst: true)
        #expect(client.send([1].span) == .moved(1))
        #expect(Poll.wait(for: .readable, on: listener.reference, timeout: .seconds(30)))
        let closed = try Socket.reserve(.loopback(port: 0))
        let nowhere = try Socket.localAddress(of: closed)
        let refused = try Socket.connect(to: nowhere)
        #expect(Socket.progress(of: refused, to: nowhere) == .failed(.connectionRefused))
    }

    @Test func `a taken port can't be had, and the error says so`() throws {
        let listener = try Socket.listen(on: .loopback(port: 0))
        let address = try Socket.localAddress(of: listener)
        #expect(throws: SystemError(call: "bind", errno: .addressInUse)) {
            _ = try Socket.listen(on: address)
        }
    }

    @Test func `a reserved port is no other's, and a process that names it can listen there`()
        throws
    {
        let reserved = try Socket.reserve(.loopback(port: 0))
        let address = try Socket.localAddress(of: reserved)
        #expect(try error(ofConnectingFrom: address) == .addressNotAvailable)
        for _ in 0..<3 {
            // As after each restart.
            let listener = try Socket.listen(on: address)
            #expect(try Socket.localAddress(of: listener) == address)
            let client = try Socket.connect(to: address)
            #expect(Poll.wait(for: .readable, on: listener.reference, timeout: .seconds(30)))
            #expect(client.send([1].span) == .moved(1))
        }
        #expect(try error(ofConnectingFrom: address) == .addressNotAvailable)
    }

    /// What becomes of a connection for which the kernel could choose this port alone.
    private func error(ofConnectingFrom address: Address) throws -> Errno? {
        let server = try Socket.listen(on: .loopback(port: 0))
        let client = Descriptor(number: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        let port = UInt32(try #require(address.port))
        var range = port << 16 | port
        // Its number in linux/in.h; Linux 6.3 and later.
        let localPortRange: Int32 = 51
        let number = client.reference.number
        let isSet = setsockopt(number, Int32(IPPROTO_IP), localPortRange, &range, 4)
        // Where the kernel can't be asked, the answer is what it would be.
        if isSet != 0 { return .addressNotAvailable }
        let result = try Socket.localAddress(of: server).withStorage { storage, length in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(number, $0, length)
            }
        }
        return result == 0 ? nil : Errno(rawValue: errno)
    }

    @Test func `none is accepted where none has connected`() throws {
        let listener = try Socket.listen(on: .loopback(port: 0))
        guard case .none = Socket.accept(from: listener.reference) else {
            Issue.record("a connection was accepted")
            return
        }
    }

    @Test func `a connection that comes in says from where, also over a path`() throws {
        let folder = try TemporaryFolder()
        let addresses = [Address.loopback(port: 0), .unix("\(folder.path)/s")]
        for wanted in addresses {
            let listener = try Socket.listen(on: wanted)
            let client = try Socket.connect(to: try Socket.localAddress(of: listener))
            _ = Poll.wait(for: .readable, on: listener.reference, timeout: .seconds(30))
            let outcome = Socket.accept(from: listener.reference)
            guard case .connection(let server, let from) = outcome else {
                Issue.record("no connection came")
                continue
            }
            if case .inet = wanted { #expect(try Socket.localAddress(of: client) == from) }
            if case .unix = wanted {
                let peer = try Socket.peer(of: server)
                #expect(peer.user == ThisProcess.user && peer.pid == ThisProcess.pid)
            }
        }
    }

    @Test func `a transfer moves, waits, ends or fails`() throws {
        let both = try connected()
        var queue = ByteQueue(capacity: 8)
        #expect(both.server.receive(into: &queue) == .wouldBlock)
        #expect(both.server.peek() == .wouldBlock)
        #expect(both.client.send([7, 8].span) == .moved(2))
        _ = Poll.wait(for: .readable, on: both.server.reference, timeout: .seconds(30))
        #expect(both.server.peek() == .moved(1))
        #expect(both.server.receive(into: &queue) == .moved(2))
        Socket.endSending(both.client)
        _ = Poll.wait(for: .readable, on: both.server.reference, timeout: .seconds(30))
        #expect(both.server.receive(into: &queue) == .end)
        #expect(both.client.send([1].span) == .failed(.brokenPipe))
        // One more process than before would be missing had SIGPIPE come.
    }

    @Test func `a full queue reads nothing and is no end`() throws {
        let pipe = try Pipe()
        _ = pipe.writeEnd.write([1, 2].span)
        var queue = ByteQueue(capacity: 1)
        #expect(pipe.readEnd.read(into: &queue) == .moved(1))
        #expect(pipe.readEnd.read(into: &queue) == .moved(0))
    }

    @Test func `a reset is seen as one`() throws {
        let listener = try Socket.listen(on: .loopback(port: 0))
        let client = try Socket.connect(to: try Socket.localAddress(of: listener))
        _ = Poll.wait(for: .readable, on: listener.reference, timeout: .seconds(30))
        if case .connection(let server, _) = Socket.accept(from: listener.reference) {
            Socket.resetOnClose(server)
        }
        var queue = ByteQueue(capacity: 8)
        _ = Poll.wait(for: .readable, on: client.reference, timeout: .seconds(30))
        #expect(client.receive(into: &queue) == .failed(.connectionReset))
    }

    @Test func `a pipe ends when its last writer goes`() throws {
        let pipe = try Pipe(capacity: 4096)
        _ = pipe.writeEnd.write("last words".utf8.span)
        let readEnd = keepReadEnd(pipe)
        #expect(allText(readEnd) == "last words")
    }

    @Test func `a pipe holds what it was asked to, and then says to wait`() throws {
        let pipe = try Pipe(capacity: 8192)
        try pipe.writeEnd.setNonBlocking()
        let page = [UInt8](repeating: 1, count: 4096)
        #expect(pipe.writeEnd.write(page.span) == .moved(4096))
        #expect(pipe.writeEnd.write(page.span) == .moved(4096))
        #expect(pipe.writeEnd.write(page.span) == .wouldBlock)
    }
}
