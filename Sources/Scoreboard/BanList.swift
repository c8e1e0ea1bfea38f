import Basics
import Kernel
import Synchronization

/// The clients that were banned last, so that people can see them: a ring, the oldest is written
/// over.
///
/// Whether a client is let in is not decided by it but by the table of refusals, which keeps hashes
/// and no addresses; `Bans` goes by both.
@safe
public struct BanList: @unchecked Sendable {
    /// One client that is kept out.
    public struct Entry: Equatable, Sendable {
        public var client: ClientNetwork
        /// On the monotonic clock.
        public var until: Instant

        public init(client: ClientNetwork, until: Instant) {
            self.client = client
            self.until = until
        }
    }

    let words: UnsafeMutablePointer<Atomic<UInt64>>

    /// Enters a client.
    public func add(_ client: ClientNetwork, until end: Instant) {
        let turn = unsafe words[Layout.BanList.cursor].wrappingAdd(1, ordering: .relaxed).oldValue
        let place = Self.place(Int(turn % UInt64(Layout.BanList.entries)))
        // Ended first and begun last, so that a half of it is never shown for long.
        store(0, at: place + 2)
        store(client.word, at: place)
        store(client.check, at: place + 1)
        store(end.nanoseconds, at: place + 2)
    }

    /// Those whose time is not over, each once, the latest end first.
    public func entries(now: Instant) -> [Entry] {
        var ends: [ClientNetwork: Instant] = [:]
        for (client, end, _) in all(now) {
            ends[client] = max(ends[client] ?? end, end)
        }
        return ends.map { Entry(client: $0.key, until: $0.value) }.sorted { $0.until > $1.until }
    }

    /// Strikes a client out.
    public func remove(_ client: ClientNetwork, now: Instant) {
        for (found, _, place) in all(now) where found == client { store(0, at: place + 2) }
    }

    /// Removes all entries.
    func removeAll() {
        for index in 0..<Layout.BanList.entries { store(0, at: Self.place(index) + 2) }
    }

    /// Whether any client can be shut out, by what a balancer was told. Where none can, the table
    /// of refusals need not be looked at, and its pages do not come to life.
    var isInForce: Bool {
        get { load(Layout.BanList.inForce) != 0 }
        nonmutating set { store(newValue ? 1 : 0, at: Layout.BanList.inForce) }
    }

    private func all(_ now: Instant) -> [(ClientNetwork, Instant, Int)] {
        var found: [(ClientNetwork, Instant, Int)] = []
        for index in 0..<Layout.BanList.entries {
            let place = Self.place(index)
            let end = load(place + 2)
            if end <= now.nanoseconds { continue }
            guard let client = ClientNetwork(word: load(place), check: load(place + 1)) else {
                continue
            }
            found.append((client, Instant(nanoseconds: end), place))
        }
        return found
    }

    private static func place(_ index: Int) -> Int {
        Layout.BanList.first + index * Layout.BanList.entryWords
    }

    private func load(_ index: Int) -> UInt64 { unsafe words[index].load(ordering: .acquiring) }
    private func store(_ value: UInt64, at index: Int) {
        unsafe words[index].store(value, ordering: .releasing)
    }
}

extension ClientNetwork {
    /// The address as one word.
    fileprivate var word: UInt64 {
        switch self {
        case .inet(let number): UInt64(number)
        case .network6(let high): high
        }
    }

    /// What belongs to that word and to no other.
    fileprivate var check: UInt64 {
        switch self {
        case .inet: ~word
        case .network6: ~word ^ 1
        }
    }

    /// `nil` where the words do not belong together.
    fileprivate init?(word: UInt64, check: UInt64) {
        switch check ^ ~word {
        case 0: self = .inet(UInt32(truncatingIfNeeded: word))
        case 1: self = .network6(word)
        default: return nil
        }
    }
}
