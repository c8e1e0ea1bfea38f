/// Where everything lies in the scoreboard's memory.
///
/// All of it is 64-bit words in native order. *Counters* are what one worker thread of one balancer
/// writes and all others read: so no counter has two writers, none needs a lock, and what a killed
/// balancer had in flight stays readable in them until the supervisor clears them.
///
///     header    magic, version, capacities; the rotation cursor on a cache line of its own
///     backends  a block each: the balancers' verdict, shared by all
///     counters  of each worker: a header, and a cell for each backend
///     clients   tables of what is kept of each client, and the list of the banned
///     lines     two batches of access lines for each worker
public enum Layout {
    /// Raised with every change of what follows: programs of different builds must not share.
    public static let version: UInt64 = 10
    static let magic: UInt64 = 0x6C62_6374_6C73_6201
    static let word = 8
    /// No service is as large as this.
    static let mostBackends: UInt64 = 1 << 20
    static let mostWorkers: UInt64 = 1 << 20

    enum Header {
        static let magic = 0
        static let version = 1
        static let backendCapacity = 2
        static let workerCapacity = 3
        /// Two random words: what is hashed with them can't be foreseen from outside.
        static let secret = 4
        static let rotation = 8
        /// A bit for each of the first 64 workers that have counted.
        static let workersInUse = 16
        /// When some backend last came back.
        static let lastReturn = 17
        static let words = 64
    }

    enum Backend {
        static let verdict = 0
        static let checks = 1
        /// Of which process the next three are, and the three at the end.
        static let generation = 2
        /// Two words that tell how long its responses take.
        static let latency = 3
        /// A word that tells of its failures.
        static let penalty = 5
        /// When it last came back after it had been out.
        static let returned = 6
        /// Checks that passed, and in the upper half those that failed.
        static let checksDone = 7
        /// Two words that tell of a request which it has not read, and one of its connections.
        static let unread = 8
        static let occupation = 10
        /// How long it took until no balancer chose it any more after a death: the supervisor's.
        static let withdrawalSum = 12
        static let firstWithdrawal = 16
        static let words = 120
    }

    /// What a worker counts that is no backend's.
    enum Counters {
        static let connectionsOpen = 0
        static let connectionsUnheard = 1
        /// The status of the response whose last bytes are being sent; 0 where none is.
        static let beingSent = 3
        /// How many requests wait for a backend, for whatever.
        static let queued = 4
        /// How many of them wait for a backend to have room, and when the first of them came.
        static let waiting = 5
        static let waitingSince = 6
        /// A word for each of the worker's two batches of access lines.
        static let batches = 8

        /// From here on what only rises.
        static let firstCounter = 16
        static let connectionsAccepted = 16
        static let requests = 17
        /// Those of them that a backend was chosen for.
        static let delivered = 18
        /// Those that ended without a whole response.
        static let abandoned = 19
        /// Those that a killed balancer had, and those of them whose response may have been whole.
        static let lost = 20
        static let uncertain = 21
        static let bytesReceived = 22
        static let bytesSent = 23
        /// Responses that were sent whole: 1xx, 2xx, 3xx, 4xx, 5xx.
        static let firstClass = 24
        static let linesDropped = 29
        static let limited = 30
        static let shutOut = 31
        /// Answers of the balancer's own by cause: two words each, the second for 5xx where it is
        /// not what the cause stands for.
        static let firstCause = 32
        static let causes = 32
        /// How long requests waited for a backend.
        static let waitedSum = 96
        static let firstWait = 97
        /// Connections of which both ways were passed on, with nothing known of them.
        static let streams = 198
        static let words = 200
    }

    enum Cell {
        static let generation = 0
        static let inFlight = 1
        /// When the first came of those that wait for this backend and no other to have room.
        static let waitingSince = 2
        /// Connections to the backend.
        static let connectionsOpen = 3

        /// From here on what only rises.
        static let firstCounter = 8
        static let requests = 8
        /// 1xx, 2xx, 3xx, 4xx, 5xx.
        static let firstClass = 9
        static let retriedFrom = 14
        static let retriedTo = 15
        static let retriesDenied = 16
        static let connects = 17
        static let connectFailures = 18
        /// Requests that were to go to the backend and for which no connection was looked for.
        static let notTried = 19
        /// Requests that ended, unanswered by it, for a reason that is none of its own.
        static let abandoned = 20
        /// Those that it had not answered when their balancer was killed.
        static let lost = 21
        static let bytesSent = 22
        static let bytesReceived = 23
        /// What the responses took, in all.
        static let durations = 24
        /// Requests that it failed and had not answered.
        static let unanswered = 25
        /// Streams that were passed on to their end.
        static let streams = 26
        /// Responses that had begun and were of no use, before anything of them was sent on.
        static let spoilt = 27
        /// Requests that it failed, by cause.
        static let firstFailure = 32
        static let firstBucket = 64
        static let words = 168
    }

    static func workerStride(_ backends: Int) -> Int { Counters.words + backends * Cell.words }
    static func firstWorker(_ backends: Int) -> Int { Header.words + backends * Backend.words }

    /// What is kept of clients: three tables of the same size, and behind them a list of bans.
    enum Clients {
        /// Entries of two words in each table: more clients than this at a time make it forget the
        /// oldest. A table takes 4 MiB when it is in full use, and nothing before.
        static let entries = 1 << 18
        static let table = 2 * entries
        static let sticky = 0
        static let rate = table
        static let refused = 2 * table
        static let bans = 3 * table
        static let words = 3 * table + BanList.words
    }

    /// A cursor and a flag on a line of their own, and a ring of those that were banned last.
    enum BanList {
        static let cursor = 0
        /// Whether the latest balancer shuts clients out.
        static let inForce = 1
        static let first = 8
        static let entries = 4096
        /// The client, the client again so that a torn entry shows, and until when.
        static let entryWords = 3
        static let words = first + entries * entryWords
    }

    static func firstClients(_ backends: Int, _ workers: Int) -> Int {
        firstWorker(backends) + workers * workerStride(backends)
    }

    /// Batches of access lines.
    enum Batch {
        /// What the kernel writes to a pipe in one piece or not at all (pipe(7), PIPE_BUF).
        static let bytes = 4096
        static let words = bytes / word
        /// One is filled while the other is written.
        static let perWorker = 2
    }

    /// On the boundary of a page, so that a batch takes one.
    static func firstBatch(_ backends: Int, _ workers: Int) -> Int {
        let end = firstClients(backends, workers) + Clients.words
        return (end + Batch.words - 1) / Batch.words * Batch.words
    }

    /// The size of the memory in bytes. Pages that are never written take no memory.
    static func size(backends: Int, workers: Int) -> Int {
        // With room for the way to the boundary, whatever that is: another size tells of another
        // layout.
        let end = firstClients(backends, workers) + Clients.words
        return (end + (1 + workers * Batch.perWorker) * Batch.words) * word
    }
}
