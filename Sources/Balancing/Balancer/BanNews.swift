import Basics
import Control

/// The clients that workers have just shut out, until the log is told of them: a few a second by
/// their addresses, the others by their number, so that a flood from many addresses is none of the
/// log's.
struct BanNews: Sendable {
    /// What is told.
    struct Told: Equatable, Sendable {
        var notices: [BanNotice] = []
        /// How many more there were.
        var more: UInt64 = 0
    }

    private var told = Told()
    /// Since when those are counted that were named.
    private var second = Instant(nanoseconds: 0)
    private var named = 0

    /// A worker has shut out a client. Returns whether there is more to be told than before, or by
    /// another time.
    mutating func add(_ notice: BanNotice, now: Instant) -> Bool {
        if now.since(second) >= .seconds(1) {
            second = now
            named = 0
        }
        if named < Limits.bansNamed {
            named += 1
            told.notices.append(notice)
            return true
        }
        told.more = told.more.addingClamped(1)
        return told.more == 1
    }

    /// When the number of those is told that were not named; `nil` where there are none.
    var nextLook: Instant? { told.more > 0 ? second + .seconds(1) : nil }

    /// Takes what is to be told by now: addresses at once, a number when its second is over.
    mutating func take(now: Instant) -> Told {
        var taken = told
        if now.since(second) < .seconds(1) { taken.more = 0 }
        told.notices = []
        told.more -= taken.more
        return taken
    }
}
