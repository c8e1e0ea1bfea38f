import Basics
import Kernel

/// What all that came of one child uses at a moment, its leader included.
struct LineageUsage: Equatable {
    /// What of it has ended and was not waited for by a process that lives is added by `ended`.
    private(set) var cpu = Nanoseconds(0)
    /// How many processes live.
    private(set) var processes = 0
    private var ownBytes: UInt64 = 0
    private var mostShared: UInt64 = 0

    /// Memory in RAM. The sum of what each reports would count the pages that several share as
    /// often as there are processes; what the kernel divides among them (Pss) costs a walk over all
    /// pages. So it is what each has for itself, and what the one shares that shares the most.
    var residentBytes: UInt64 { ownBytes.addingClamped(mostShared) }

    /// One of its processes, which may have ended and wait to be reaped. Of `sharedBytes` is what
    /// it may share with others.
    mutating func add(_ facts: Processes.Facts, sharedBytes: UInt64) {
        // Its time and that of those it has waited for; those that it has not are counted
        // themselves, so none is counted twice or goes missing when one of them ends.
        cpu = Nanoseconds(
            cpu.count.addingClamped(facts.cpu.count).addingClamped(facts.waitedCpu.count))
        if facts.hasEnded { return }
        processes += 1
        let shared = min(sharedBytes, facts.residentBytes)
        ownBytes = ownBytes.addingClamped(facts.residentBytes - shared)
        mostShared = max(mostShared, shared)
    }

    /// Some of its processes have ended and been reaped by us.
    mutating func ended(_ usage: Usage) {
        cpu = Nanoseconds(cpu.count.addingClamped(usage.cpu.count))
    }
}

extension ProcessLineage {
    /// What all children use that have a process, from one walk over all that descends from us.
    func usage() -> [ChildNumber: LineageUsage] {
        var sums: [ChildNumber: LineageUsage] = [:]
        var owners: [Int32: ChildNumber] = [:]
        for child in children {
            guard let process = child.process else { continue }
            sums[child.number] = LineageUsage(endedOf: process)
            if let leader = process.livingPid { owners[leader] = child.number }
        }
        for pid in Processes.children(of: ThisProcess.pid) {
            guard let owner = owners[pid] ?? child(thatLeft: pid)?.number else { continue }
            for pid in [pid] + Descendants.all(of: pid) {
                guard let facts = Processes.facts(of: pid) else { continue }
                sums[owner]?.add(facts, sharedBytes: Processes.sharedBytes(of: pid))
            }
        }
        return sums
    }

    /// What those have used so far that came of a child whose process has ended, and that have been
    /// killed but have not been reaped yet.
    func usageOfDying(of child: SupervisedChild) -> Usage {
        var usage = Usage()
        for orphan in strangers() where cameFrom(child, orphan) {
            for pid in [orphan] + Descendants.all(of: orphan) {
                guard let facts = Processes.facts(of: pid) else { continue }
                let cpu = facts.cpu.count.addingClamped(facts.waitedCpu.count)
                usage.add(
                    cpu: Nanoseconds(cpu), peakKibibytes: Processes.peakKibibytes(of: pid))
            }
        }
        return usage
    }
}

extension LineageUsage {
    /// What those of a process have used that have ended and been reaped by us.
    init(endedOf process: ChildProcess) {
        var usage = process.restUsage
        if let leader = process.leaderEnd { usage.add(leader.ending) }
        ended(usage)
    }
}
