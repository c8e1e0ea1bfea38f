import Basics
import Kernel

/// What must hold for a whole worker, whatever clients and backends say and do.
enum ExchangeOracle {
    static func examine(_ bytes: [UInt8]) throws(Finding) {
        // As the balancer does: a splice(2) to a connection that is gone would end the process.
        Signals.letWritesFail()
        let play: Play
        do throws(SystemError) {
            play = try Play(bytes)
        } catch {
            throw Finding("the stage can't be set: \(error)")
        }
        play.run()
        play.close()
        let all = play.stage.earlierClients + play.stage.clients.values
        let asked = all.map { Reading.clientRequests($0.sent) }
        try examineBackends(play, asked.flatMap { $0 })
        for (client, requests) in zip(all, asked) {
            var oracle = ClientOracle(play, client, requests)
            try oracle.examine()
        }
        try examineEnds(play)
    }

    /// Backends receive whole requests of clients, or the beginning of one, and none too often.
    private static func examineBackends(
        _ play: Play, _ asked: [Reading.Request]
    ) throws(Finding) {
        var received: [Reading.Request] = []
        for backend in play.stage.backends {
            received += try Reading.backendRequests(backend.received)
        }
        for request in received {
            let origins = asked.filter {
                $0.method == request.method && $0.target == request.target
            }
            try require(
                !origins.isEmpty, "a backend got what nobody sent: \(shown(request.target))")
            let isFaithful = origins.contains { origin in
                request.isComplete
                    ? origin.isComplete && origin.body == request.body
                    : origin.body.starts(with: request.body)
            }
            try require(
                isFaithful,
                "a backend got another body: \(shown(request.target)) "
                    + "complete: \(request.isComplete), \(request.body.count) bytes")
            if request.isIdempotent { continue }
            let copies = received.filter {
                $0.method == request.method && $0.target == request.target
            }
            try require(
                copies.count <= origins.count,
                "\(shown(request.method)) \(shown(request.target)) was sent \(copies.count) times")
        }
    }

    /// When both sides have ended, so does all between them; and when time has passed, nothing is
    /// left of it.
    private static func examineEnds(_ play: Play) throws(Finding) {
        try require(
            play.stage.isDeserted,
            "a client's connection hangs: \(play.stage.remains() ?? "")")
        for client in play.stage.clients.values {
            try require(client.end != .open, "a client does not see the end")
        }
        for _ in 0..<4 {
            play.stage.timePasses(.seconds(3))
            play.stage.turn()
        }
        if let held = play.stage.remains() { throw Finding("there remain \(held)") }
    }
}
