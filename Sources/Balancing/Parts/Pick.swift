import Basics
import Control
import Kernel

/// A backend that was chosen, and why that one.
struct Pick: Equatable {
    /// Of the roster's members.
    let index: Int
    let why: ChoiceFacts
}

/// What became of looking for a backend.
enum Choice: Equatable {
    case backend(Pick)
    /// All that may be chosen have as much in flight as they may. Where the request belongs to one
    /// of them, that one.
    case busy(BackendSlot?)
    /// None can be chosen.
    case noBackend
}

extension Picker {
    /// How much is forgiven.
    enum Leniency {
        case strict, suspects, all

        /// What is tried next; `nil` where all was.
        var next: Leniency? {
            switch self {
            case .strict: .suspects
            case .suspects: .all
            case .all: nil
            }
        }
    }

    /// What it goes by, from the options.
    struct Terms {
        var slowStart: Nanoseconds?
        /// See `--hash-balance-factor`.
        var balanceFactor: UInt32?
        /// What a backend may have in flight, over all threads of all balancers.
        var maxInFlight: UInt32?
        /// How long a client stays where it is by its address.
        var staysFor: Nanoseconds?
        /// Whether it stays where its cookie says.
        var heedsCookie = false
    }

    /// What is known of a request that decides where it goes.
    struct Request {
        /// What it is sent by, where keys are hashed.
        var key: UInt64 = 0
        /// The client's network, where clients stay where they are by their address.
        var client: ClientNetwork?
        /// The backend that its cookie names.
        var cookie: BackendSlot?
    }
}

extension Picker.Terms {
    init(_ options: BalancerOptions) {
        slowStart = options.slowStart
        balanceFactor = options.hashBalanceFactor
        maxInFlight = options.maxInFlight.map { UInt32($0) }
        if case .address(let window) = options.sticky { staysFor = window }
        heedsCookie = options.sticky == .cookie
    }
}
