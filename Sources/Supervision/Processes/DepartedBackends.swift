import Scoreboard

/// What backends had counted that are gone, by name: no exported counter may fall because `scale`
/// took a backend away.
struct DepartedBackends {
    private var totals: [(name: String, totals: BackendTotals)] = []

    /// A backend is gone for good, and had counted so much.
    mutating func left(_ name: String, _ counted: BackendTotals) {
        if let index = totals.firstIndex(where: { $0.name == name }) {
            totals[index].totals.add(counted)
        } else {
            totals.append((name, counted))
        }
    }

    /// All of them, in the order in which they first left.
    var all: [(name: String, totals: BackendTotals)] { totals }
}
