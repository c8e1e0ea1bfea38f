import Basics
import Control

/// Tells the balancers which backends there are, and knows by which roster each of them goes.
struct RosterPublisher {
    /// A balancer's process.
    struct Balancer {
        let process: ProcessNumber
        let link: BalancerLink
        /// Whether it is stopped by a signal: then it says nothing, and chooses nothing.
        fileprivate(set) var isPaused = false
    }

    /// By what they choose.
    private(set) var algorithm: BalancerOptions.Algorithm
    /// The roster that they were told last, from 1: a balancer takes 0 for none.
    private(set) var version: UInt64 = 1
    /// Those that have a process.
    private(set) var balancers: [Balancer] = []

    init(algorithm: BalancerOptions.Algorithm = .roundRobin) { self.algorithm = algorithm }

    /// They are to choose by another algorithm, of which they are told with the next roster.
    mutating func chooses(by algorithm: BalancerOptions.Algorithm) { self.algorithm = algorithm }

    /// A balancer's process was started.
    mutating func began(_ process: ProcessNumber, _ link: BalancerLink) {
        balancers.append(Balancer(process: process, link: link))
    }

    /// A process has ended. It need not have been a balancer's.
    mutating func ended(_ process: ProcessNumber) {
        balancers.removeAll { $0.process == process }
    }

    /// A balancer is stopped by a signal, or is not any more.
    mutating func changed(_ child: ChildNumber, isPaused: Bool) {
        for index in balancers.indices where balancers[index].process.child == child {
            balancers[index].isPaused = isPaused
        }
    }

    /// Something has changed of what the balancers know: tells all of them.
    mutating func publish(_ members: [RosterMember]) {
        version += 1
        let roster = roster(members)
        for balancer in balancers { balancer.link.send(roster) }
    }

    /// What one that begins is told first.
    func roster(_ members: [RosterMember]) -> RosterWord {
        RosterWord(version: version, members: members, algorithm: algorithm)
    }

    /// The roster by which all go that are not paused, or a later one; nil without a balancer.
    var adopted: UInt64? { balancers.lazy.filter { !$0.isPaused }.map(\.link.adopted).min() }

    /// Whether every balancer goes by this version by now.
    func isAdopted(_ version: UInt64) -> Bool { adopted.map { $0 >= version } ?? true }

    /// By which rosters they go. `isReported` says whether the service has balancers that tell it.
    func adoption(isReported: Bool) -> RosterAdoption {
        let choosing = balancers.filter { !$0.isPaused && $0.link.adopted > 0 }
        return RosterAdoption(
            choosing: choosing.map { balancer in
                RosterAdoption.Balancer(process: balancer.process, version: balancer.link.adopted)
            }, byAll: adopted, isReported: isReported)
    }

    /// So many numbers in a row that are no balancer's workers' in the scoreboard, for those of
    /// another; nil where there are none below `capacity`.
    func freeWorkers(_ count: Int, of capacity: Int) -> Range<Int>? {
        // Number 0 is no worker's: it keeps what dead balancers had counted.
        var workers = 1..<(1 + count)
        while let other = balancers.first(where: { $0.link.workers.overlaps(workers) }) {
            workers = other.link.workers.upperBound..<(other.link.workers.upperBound + count)
        }
        return workers.upperBound > capacity ? nil : workers
    }
}
