/// What metrics of one name have in common, and the samples of each.
struct MetricFamily {
    enum Kind {
        case counter, gauge, histogram
        /// A gauge that is always 1, whose labels tell something.
        case info
    }

    /// Without what the formats put behind it, as `lbctl_requests`.
    let name: String
    let kind: Kind
    let help: String
    var samples: [Sample] = []

    /// One series at this moment.
    struct Sample {
        let labels: [(name: String, value: String)]
        let value: Value
    }

    enum Value {
        case count(UInt64)
        case number(Double)
        case histogram(Buckets)
    }

    /// A histogram as it is exported: rising counts up to each end.
    struct Buckets {
        /// How many took as long as `ends[i]` at most.
        var counts: [UInt64]
        var total: UInt64
        /// In seconds.
        var sum: Double
        /// For a bucket, a request that fell into it.
        var exemplars: [Int: Exemplar] = [:]
    }

    /// A request that shows what a bucket is made of.
    struct Exemplar: Equatable {
        let requestID: String
        /// In seconds.
        let duration: Double
    }

    init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// Adds a series.
    mutating func add(_ value: Value, _ labels: [(name: String, value: String)] = []) {
        samples.append(Sample(labels: labels, value: value))
    }

    mutating func add(_ count: UInt64, _ labels: [(name: String, value: String)] = []) {
        add(.count(count), labels)
    }

    /// The unit that the name ends in, where it ends in one.
    var unit: String? {
        ["seconds", "bytes"].first { name.hasSuffix("_" + $0) }
    }
}
