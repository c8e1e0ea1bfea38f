import Basics
import Kernel

@testable import Balancing

/// A script being played: what each side has said, to be judged when it is over.
final class Play {
    let stage: Stage
    let secret: String
    private var script: Script
    private var tags = 0
    /// How long the bodies were that backends have sent for each request.
    private(set) var bodySizes: [Int: [Int]] = [:]
    /// Whether a backend has said anything that breaks the rules or names no request.
    private(set) var isDishonest = false
    /// Heads of requests that each connection to a backend has been asked for an answer to.
    private var answered: [ObjectIdentifier: Int] = [:]
    private var silent: Set<ObjectIdentifier> = []
    /// The tags of until-close answers that a backend ended before it had sent them all.
    private(set) var shortened: Set<Int> = []
    private var untilClose: [ObjectIdentifier: Int] = [:]

    init(_ bytes: [UInt8]) throws(SystemError) {
        script = Script(bytes)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        secret = String(hash & 0xFFFF_FFFF, radix: 36)
        stage = try Stage(setting: script.byte())
    }

    func run() {
        var moves = 0
        while !script.isOver && moves < 100 {
            step()
            stage.turn()
            moves += 1
        }
    }

    private func step() {
        let (move, side) = script.move()
        switch move {
        case .clientSays, .clientAsks, .clientSends, .clientEnds, .clientResets,
            .clientStopsOrGoesOn, .clientCloses:
            clientMoves(move, side & 3)
        case .backendSays, .backendAnswers, .backendSends, .backendEnds, .backendResets:
            if let backend = stage.backend(side & 3) { backendMoves(move, backend) }
        case .nothing: break
        case .timePasses:
            let spans: [UInt64] = [1, 20, 150, 1100, 2500, 5000, 11_000, 65_000]
            stage.timePasses(.milliseconds(spans[side & 7]))
        case .rosterChanges: stage.rosterChanges(script.byte(), side)
        // Seldom, or no play would come to anything.
        case .balancerLeaves: if side == 15 { stage.balancerLeaves(script.byte()) }
        }
    }

    private func clientMoves(_ move: Script.Move, _ number: Int) {
        guard let client = stage.client(number) else { return }
        switch move {
        case .clientSays:
            client.outbox += script.bytes(script.byte())
            client.pumps = false
        case .clientAsks:
            let kind = script.byte()
            let size = Script.sizes[script.byte() % Script.sizes.count]
            tags += 1
            client.outbox += Asking.request(tag: tags, kind: kind, size: size, secret: secret)
            client.pumps = true
            client.flush()
        case .clientSends:
            let count = script.byte()
            client.flush(count == 0 ? .max : count)
        case .clientEnds: client.endSending()
        case .clientResets, .clientCloses:
            client.close(reset: move == .clientResets)
            stage.clients[number] = nil
            stage.earlierClients.append(client)
        case .clientStopsOrGoesOn: client.reads.toggle()
        default: break
        }
    }

    private func backendMoves(_ move: Script.Move, _ backend: Endpoint) {
        switch move {
        case .backendSays:
            isDishonest = true
            silent.insert(ObjectIdentifier(backend))
            backend.outbox += script.bytes(script.byte())
            backend.pumps = false
        case .backendAnswers: answer(backend)
        case .backendSends:
            let count = script.byte()
            backend.flush(count == 0 ? .max : count)
        case .backendEnds:
            noteShortened(backend)
            backend.endSending()
        case .backendResets: backend.close(reset: true)
        default: break
        }
    }

    /// Answers the first request on the connection that has not been answered.
    private func answer(_ backend: Endpoint) {
        let kind = script.byte()
        let size = Script.sizes[script.byte() % Script.sizes.count]
        let identity = ObjectIdentifier(backend)
        if silent.contains(identity) { return }
        let number = answered[identity, default: 0]
        guard let requests = try? Reading.backendRequests(backend.received),
            number < requests.count, let tag = requests[number].tag(secret)
        else { return }
        answered[identity] = number + 1
        let made = Asking.answer(
            tag: tag, method: requests[number].method, asksUpgrade: requests[number].asksUpgrade,
            kind: kind, size: size, secret: secret)
        bodySizes[tag, default: []].append(made.bodySize)
        backend.outbox += made.bytes
        if kind & 7 == 2 { untilClose[identity] = tag }
        if made.ends {
            backend.endsBehindOutbox = true
            silent.insert(identity)
        }
        // At times it is left to be sent in pieces.
        backend.pumps = kind & 0x80 == 0
        if backend.pumps { backend.flush() }
        if kind & 7 == 3 && requests[number].asksUpgrade { silent.insert(identity) }
    }

    /// A backend ends: where that ends an answer, it has become a shorter one.
    private func noteShortened(_ backend: Endpoint) {
        if !backend.outbox.isEmpty, let tag = untilClose[ObjectIdentifier(backend)] {
            shortened.insert(tag)
        }
    }

    /// All ends close: from now on none waits for any but the worker.
    func close() {
        for client in stage.clients.values {
            client.reads = true
            client.endSending()
        }
        // An answer about a backend that has gone may wait a moment for news of it, and a request
        // for another one; and so may those behind them.
        for _ in 0..<200 {
            settle()
            if !stage.isPatient { return }
            stage.timePasses(.milliseconds(50))
        }
    }

    private func settle() {
        stage.settle { [self] in
            var hasActed = false
            for backend in stage.backends where backend.isOpen {
                backend.read()
                noteShortened(backend)
                backend.close()
                hasActed = true
            }
            return hasActed
        }
    }
}
