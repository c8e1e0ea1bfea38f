/// Metrics as text, in either format.
struct MetricsText {
    private let format: MetricsFormat
    private var text = ""

    /// The whole text of some families; none may have another's name.
    static func text(_ families: [MetricFamily], _ format: MetricsFormat) -> String {
        var writer = MetricsText(format: format)
        for family in families where !family.samples.isEmpty { writer.append(family) }
        if format == .openMetrics { writer.text += "# EOF\n" }
        return writer.text
    }

    private init(format: MetricsFormat) { self.format = format }

    private mutating func append(_ family: MetricFamily) {
        let name = familyName(family)
        // OpenMetrics wants this order, and the other does not mind.
        text += "# TYPE \(name) \(type(family.kind))\n"
        if format == .openMetrics, let unit = family.unit { text += "# UNIT \(name) \(unit)\n" }
        text += "# HELP \(name) \(Self.escaped(family.help, isLabel: false))\n"
        for sample in family.samples { append(sample, of: family) }
    }

    /// What the family is called: of a counter the classic format gives its samples' name.
    private func familyName(_ family: MetricFamily) -> String {
        switch (family.kind, format) {
        case (.counter, .classic): family.name + "_total"
        case (.info, .classic): family.name + "_info"
        default: family.name
        }
    }

    private func type(_ kind: MetricFamily.Kind) -> String {
        switch kind {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        case .info: format == .classic ? "gauge" : "info"
        }
    }

    private mutating func append(_ sample: MetricFamily.Sample, of family: MetricFamily) {
        switch sample.value {
        case .count(let count):
            let ending =
                switch family.kind {
                case .counter: "_total"
                case .info: "_info"
                case .gauge, .histogram: ""
                }
            line(family.name + ending, sample.labels, "\(count)")
        case .number(let number):
            line(
                family.name + (family.kind == .counter ? "_total" : ""), sample.labels, "\(number)")
        case .histogram(let buckets): append(buckets, family.name, sample.labels)
        }
    }

    private mutating func append(
        _ buckets: MetricFamily.Buckets, _ name: String, _ labels: [(name: String, value: String)]
    ) {
        for (index, word) in MetricBuckets.words.enumerated() {
            let count = index < buckets.counts.count ? buckets.counts[index] : buckets.total
            line(
                name + "_bucket", labels + [("le", word)], "\(count)",
                exemplar: format == .openMetrics ? buckets.exemplars[index] : nil)
        }
        line(name + "_sum", labels, "\(buckets.sum)")
        line(name + "_count", labels, "\(buckets.total)")
    }

    private mutating func line(
        _ name: String, _ labels: [(name: String, value: String)], _ value: String,
        exemplar: MetricFamily.Exemplar? = nil
    ) {
        text += name
        if !labels.isEmpty {
            let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value, isLabel: true))\"" }
            text += "{" + list.joined(separator: ",") + "}"
        }
        text += " " + value
        if let exemplar {
            let id = Self.escaped(exemplar.requestID, isLabel: true)
            text += " # {request_id=\"\(id)\"} \(exemplar.duration)"
        }
        text += "\n"
    }

    /// No text may end its line or its quotes; a carriage return has no spelling, and goes.
    private static func escaped(_ text: String, isLabel: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where isLabel: escaped += "\\\""
            case "\r": escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
