import Choosing
import Control

/// What was looked at while a backend was chosen, for the account of why it was that one.
///
/// Nothing is kept of a choice in which the first that was looked at was taken.
struct Considered {
    /// Why one was passed over.
    enum Obstacle { case tried, down, suspect, full }

    /// A bit for each member, so that one that is looked at twice counts once; of more than 64
    /// those that are 64 apart have one in common.
    private var tried: UInt64 = 0
    private var down: UInt64 = 0
    private var suspect: UInt64 = 0
    private var full: UInt64 = 0
    private var isEmpty = true
    /// The two cheapest of those that have a price.
    private var first: (index: Int, cost: Cost)?
    private var second: (index: Int, cost: Cost)?
    /// How prices are told.
    var unit = Unit(isOfTime: false, isWarming: false)

    /// Another choice begins, or another look with less strictness.
    @inline(__always)
    mutating func begin() {
        if !isEmpty { self = Considered() }
    }

    /// A member was looked at and can't be chosen.
    mutating func passedOver(_ index: Int, _ why: Obstacle) {
        isEmpty = false
        let bit: UInt64 = 1 << UInt64(index & 63)
        switch why {
        case .tried: tried |= bit
        case .down: down |= bit
        case .suspect: suspect |= bit
        case .full: full |= bit
        }
    }

    /// What it would cost to choose a member.
    mutating func priced(_ index: Int, _ cost: Cost) {
        isEmpty = false
        if index == first?.index || index == second?.index { return }
        guard let cheapest = first, !(cost < cheapest.cost) else {
            second = first
            first = (index, cost)
            return
        }
        guard let next = second, !(cost < next.cost) else {
            second = (index, cost)
            return
        }
    }

    /// Adds what is known to the facts of a choice that fell on a member.
    @inline(__always)
    mutating func complete(_ facts: inout ChoiceFacts, chosen: Int, _ roster: Roster) {
        if !isEmpty { add(to: &facts, chosen, roster) }
    }

    @inline(never)
    private mutating func add(to facts: inout ChoiceFacts, _ chosen: Int, _ roster: Roster) {
        facts.passedOver = ChoiceFacts.PassedOver(
            tried: UInt8(tried.nonzeroBitCount), down: UInt8(down.nonzeroBitCount),
            suspect: UInt8(suspect.nonzeroBitCount), full: UInt8(full.nonzeroBitCount))
        guard let first else { return }
        let rival = first.index == chosen ? second : first
        facts.load = ChoiceFacts.ComparedLoad(
            chosen: unit.number(first.cost), rival: rival.map { unit.number($0.cost) } ?? 0,
            rivalSlot: rival.map { roster.members[$0.index].slot })
    }

    /// How a price is told.
    struct Unit {
        /// What an amount is multiplied by, and divided by.
        private let factor: UInt64
        private let divisor: UInt64

        /// In flight, in hundredths; or nanoseconds as microseconds. Weights are in 1024ths while a
        /// backend gets its share little by little.
        init(isOfTime: Bool, isWarming: Bool) {
            factor = (isOfTime ? 1 : 100) * (isWarming ? 1024 : 1)
            divisor = isOfTime ? 1000 : 1
        }

        func number(_ cost: Cost) -> UInt32 {
            let (product, isTooMuch) = cost.amount.multipliedReportingOverflow(by: factor)
            if isTooMuch { return .max }
            return UInt32(clamping: product / divisor / UInt64(max(1, cost.weight)))
        }
    }
}
