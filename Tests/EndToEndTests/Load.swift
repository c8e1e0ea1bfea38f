import Basics
import Kernel
import Synchronization
import TestSupport

/// Clients that ask without pause, each on a connection that it keeps, until they are told to stop.
final class Load: Sendable {
    /// What became of all requests.
    struct Account: CustomStringConvertible {
        var answered = 0
        /// Answers other than 200.
        var unwanted: [Int: Int] = [:]
        /// Connections that could not be had.
        var refused = 0
        /// Requests that broke off on a connection that had been served before and was not said to
        /// end.
        var brokenOff = 0
        /// What is counted for the first request of a connection.
        var brokenAtFirst = 0
        var reasons: [String] = []

        var failed: Int { unwanted.values.reduce(0, +) + refused + brokenOff + brokenAtFirst }

        var description: String {
            "\(answered) answered, \(unwanted) unwanted, \(refused) refused, \(brokenOff) broken "
                + "off, \(brokenAtFirst) at first: \(reasons)"
        }
    }

    private struct State {
        var account = Account()
        var isStopped = false
        var running = 0
        /// Those that have had an answer.
        var served = 0
    }

    /// When a client stops by itself.
    enum Until { case told, refused }

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    private let shared = Shared()
    private let clients: Int

    init(
        on address: Address, clients: Int, path: String = "/", until: Until = .told,
        method: String = "GET", body: String = ""
    ) throws(Failure) {
        self.clients = clients
        var request = "\(method) \(path) HTTP/1.1\r\nHost: \(address)\r\n"
        if method != "GET" { request += "Content-Length: \(body.utf8.count)\r\n" }
        request += "\r\n" + body
        let sent = request
        let shared = shared
        shared.state.withLock { $0.running = clients }
        for _ in 0..<clients {
            Thread.start(named: "client") { Self.ask(address, sent, until, shared) }
        }
        // From here on each of them holds a connection that serves it.
        if !eventually({ shared.state.withLock { $0.served } == clients }) {
            throw Failure("not every client is served: \(account)")
        }
    }

    deinit { shared.state.withLock { $0.isStopped = true } }

    var account: Account { shared.state.withLock { $0.account } }

    /// Waits until so many more requests have been answered.
    func awaitMore(_ count: Int) throws(Failure) {
        let goal = account.answered + count
        if !eventually({ account.answered >= goal }) {
            throw Failure("no progress: \(account)")
        }
    }

    /// Lets every client finish the request that it is at.
    func stop() throws(Failure) -> Account {
        shared.state.withLock { $0.isStopped = true }
        return try outcome()
    }

    /// Waits for the last client to end.
    func outcome() throws(Failure) -> Account {
        if !eventually({ shared.state.withLock { $0.running } == 0 }) {
            throw Failure("a client has not ended: \(account)")
        }
        return account
    }

    private static func ask(
        _ address: Address, _ request: String, _ until: Until, _ shared: Shared
    ) {
        var wasServed = false
        while !shared.state.withLock({ $0.isStopped }) {
            guard let client = connect(address, shared) else {
                if until == .refused { break }
                continue
            }
            while !shared.state.withLock({ $0.isStopped }) {
                let isOver = askOnce(client, request, shared)
                if !wasServed {
                    wasServed = true
                    shared.state.withLock { $0.served += 1 }
                }
                if isOver { break }
            }
        }
        shared.state.withLock { $0.running -= 1 }
    }

    private static func connect(_ address: Address, _ shared: Shared) -> LoadClient? {
        do throws(Failure) {
            return LoadClient(connection: try Client(address))
        } catch {
            shared.state.withLock { state in
                state.account.refused += 1
                state.account.reasons.append("\(error)")
            }
            return nil
        }
    }

    /// True when the connection is of no more use.
    private static func askOnce(
        _ client: LoadClient, _ request: String, _ shared: Shared
    ) -> Bool {
        do throws(Failure) {
            try client.connection.send(request)
            let answer = try client.connection.answer()
            client.answers += 1
            shared.state.withLock { state in
                if answer.status == 200 {
                    state.account.answered += 1
                } else {
                    state.account.unwanted[answer.status, default: 0] += 1
                    state.account.reasons.append(answer.text)
                }
            }
            return answer.field("connection")?.lowercased() == "close"
        } catch {
            shared.state.withLock { state in
                if client.answers > 0 {
                    state.account.brokenOff += 1
                } else {
                    state.account.brokenAtFirst += 1
                }
                state.account.reasons.append("\(error)")
            }
            return true
        }
    }
}

/// A connection, and how many answers came over it.
private final class LoadClient {
    let connection: Client
    var answers = 0

    init(connection: Client) { self.connection = connection }
}
