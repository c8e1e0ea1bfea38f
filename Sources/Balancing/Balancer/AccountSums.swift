import Control

/// The accounts of dead processes while the workers give their parts: each gives two, what it knows
/// soon and the rest.
struct AccountSums {
    private struct Sum {
        var account: FailoverAccount
        var workers: Set<Int>
    }

    private var first: [Sum] = []
    private var rest: [Sum] = []

    mutating func add(_ report: FailoverReport, by worker: Int) {
        switch report {
        case .first(let account): Self.add(account, by: worker, to: &first)
        case .rest(let account): Self.add(account, by: worker, to: &rest)
        }
    }

    /// Takes out those to which all that still work have given their part; of the rests only those
    /// that tell of something.
    mutating func takeWhole(working: [Int]) -> [FailoverReport] {
        // The rest of an account is behind the first of it.
        let firsts = Self.takeWhole(of: &first, working)
        let rests = Self.takeWhole(of: &rest, working)
            .filter { $0.inFlight > 0 || $0.failed > 0 }
        return firsts.map { .first($0) } + rests.map { .rest($0) }
    }

    private static func add(
        _ account: FailoverAccount, by worker: Int, to sums: inout [Sum]
    ) {
        let known = sums.firstIndex {
            $0.account.slot == account.slot && $0.account.generation == account.generation
        }
        if let known {
            sums[known].account.add(account)
            sums[known].workers.insert(worker)
        } else {
            sums.append(Sum(account: account, workers: [worker]))
        }
    }

    private static func takeWhole(
        of sums: inout [Sum], _ working: [Int]
    ) -> [FailoverAccount] {
        let whole = sums.filter { $0.workers.isSuperset(of: working) }
        sums.removeAll { $0.workers.isSuperset(of: working) }
        return whole.map(\.account)
    }
}
