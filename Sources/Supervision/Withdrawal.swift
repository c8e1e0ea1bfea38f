import Basics
import Control

/// A change of the roster for which somebody wants to know when every balancer goes by it.
struct Withdrawal {
    let version: UInt64
    let since: Instant
    let request: KillRequest
    let place: Int
    /// What is said then.
    let next: String
}
