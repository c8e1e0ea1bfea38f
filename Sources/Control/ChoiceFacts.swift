import Basics

/// Why a backend was chosen for an attempt; the raw value is its letter in an access record.
public enum ChoiceReason: UInt8, CaseIterable, Sendable {
    /// It was its turn.
    case turn = 0x74
    /// It had the least in flight for its weight, of those that were looked at.
    case load = 0x6C
    /// The one of two that were drawn that had less in flight for its weight.
    case draw = 0x64
    /// It would answer soonest, of those that were looked at.
    case time = 0x70
    /// The request's key is its own, or belongs to one that could not be chosen.
    case key = 0x6B
    /// The client belongs there by its address, or by its cookie.
    case address = 0x61
    case cookie = 0x63
    /// It is under suspicion, and was given one request to see.
    case trial = 0x73
    /// All others are under suspicion too, or down.
    case leastBad = 0x62
    /// The request had been tried on all.
    case again = 0x72

    /// The word for it in JSON.
    public var word: StaticString {
        switch self {
        case .turn: "turn"
        case .load: "least_load"
        case .draw: "lesser_of_two"
        case .time: "soonest"
        case .key: "key"
        case .address: "client_address"
        case .cookie: "client_cookie"
        case .trial: "trial"
        case .leastBad: "least_bad"
        case .again: "all_tried"
        }
    }

    /// Whether the client belongs there.
    public var isOwnPlace: Bool { self == .address || self == .cookie }
}

/// What decided on a backend, as it was at that moment.
///
/// Three words, for each request carries one: the first has the reason in its lowest byte, how many
/// were ready, and of how many, in 12 bits each, and in the upper half a byte for each obstacle.
public struct ChoiceFacts: Equatable, Sendable {
    private var word: UInt64
    private var loads: UInt64 = 0
    /// The slot of the next best, and in the two highest bits whether there is one, and whether
    /// anything was compared at all.
    private var rival: UInt64 = 0

    /// `ready` of `members` could have been chosen, as far as the supervisor knows; up to 4,095.
    @inlinable @inline(__always)
    public init(reason: ChoiceReason, ready: Int, members: Int) {
        self.init(
            word: UInt64(reason.rawValue) | UInt64(truncatingIfNeeded: ready & 0xFFF) << 8
                | UInt64(truncatingIfNeeded: members & 0xFFF) << 20)
    }

    @usableFromInline @inline(__always)
    init(word: UInt64) { self.word = word }

    public var reason: ChoiceReason {
        ChoiceReason(rawValue: UInt8(truncatingIfNeeded: word)) ?? .turn
    }

    /// Its letter in an access record.
    public var letter: UInt8 { UInt8(truncatingIfNeeded: word) }

    /// How many backends were ready, and how many there were in all.
    public var ready: UInt64 { word >> 8 & 0xFFF }
    public var members: UInt64 { word >> 20 & 0xFFF }

    /// How many of those that were looked at were passed over, and why.
    public var passedOver: PassedOver {
        get { PassedOver(word: UInt32(truncatingIfNeeded: word >> 32)) }
        set { word = word & 0xFFFF_FFFF | UInt64(newValue.word) << 32 }
    }

    /// What was compared, where something was.
    public var load: ComparedLoad? {
        get {
            if rival >> 62 == 0 { return nil }
            let slot = BackendSlot(UInt32(truncatingIfNeeded: rival))
            return ComparedLoad(
                chosen: UInt32(truncatingIfNeeded: loads >> 32),
                rival: UInt32(truncatingIfNeeded: loads), rivalSlot: rival >> 63 == 1 ? slot : nil)
        }
        set {
            guard let load = newValue else {
                (loads, rival) = (0, 0)
                return
            }
            loads = UInt64(load.chosen) << 32 | UInt64(load.rival)
            rival = 1 << 62 | (load.rivalSlot.map { 1 << 63 | UInt64($0.number) } ?? 0)
        }
    }

    /// Whether there is more to tell than a reason and how many were ready.
    public var isPlain: Bool { word >> 32 | rival == 0 }

    /// Backends that were looked at and not chosen.
    public struct PassedOver: Equatable, Sendable {
        fileprivate var word: UInt32

        fileprivate init(word: UInt32) { self.word = word }

        /// So many that the request had been tried on, with failing checks, under suspicion since
        /// they could not be connected to, and with as much in flight as they may have.
        public init(tried: UInt8, down: UInt8, suspect: UInt8, full: UInt8) {
            word =
                UInt32(tried) | UInt32(down) << 8 | UInt32(suspect) << 16 | UInt32(full) << 24
        }

        public var tried: UInt8 { UInt8(truncatingIfNeeded: word) }
        public var down: UInt8 { UInt8(truncatingIfNeeded: word >> 8) }
        public var suspect: UInt8 { UInt8(truncatingIfNeeded: word >> 16) }
        public var full: UInt8 { UInt8(truncatingIfNeeded: word >> 24) }
    }

    /// What the chosen one had, and what the next best would have had.
    public struct ComparedLoad: Equatable, Sendable {
        /// Requests in flight for a weight of 1, in hundredths, with its failures of late; or, of a
        /// choice by time, microseconds to the answer.
        public var chosen: UInt32
        public var rival: UInt32
        /// The next best; `nil` where there was no other.
        public var rivalSlot: BackendSlot?

        public init(chosen: UInt32, rival: UInt32, rivalSlot: BackendSlot?) {
            self.chosen = chosen
            self.rival = rival
            self.rivalSlot = rivalSlot
        }
    }
}
