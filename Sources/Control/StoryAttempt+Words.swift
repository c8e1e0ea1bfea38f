import Basics

/// Why an attempt went where it went, in words.
extension StoryAttempt {
    /// `it was its turn, of 3 that were ready; passed over: 1 that it had been tried on`.
    public var explanation: String {
        var text = cause
        if ready == 1 {
            text += members == 1 ? "; it is the only one" : "; of \(members) it alone was ready"
        } else if ready == members {
            text += ", of \(ready) that were ready"
        } else {
            text += "; \(ready) of \(members) were ready"
        }
        let passed = passedOver
        return passed.isEmpty ? text : text + "; passed over: " + passed.joined(separator: ", ")
    }

    private var cause: String {
        switch reason {
        case .turn: return "it was its turn"
        case .load:
            return (isTied ? "no other had less in flight" : "it had the least in flight")
                + comparison
        case .draw:
            return "of two that were drawn "
                + (isTied ? "the other had no less in flight" : "it had less in flight")
                + comparison
        case .time:
            return (isTied ? "no other would answer sooner" : "it would answer soonest")
                + comparison
        case .key: return "the request's key led there"
        case .address: return "the client's address belongs there"
        case .cookie: return "the client's cookie names it"
        case .trial: return "it was under suspicion, and was given one request to see"
        case .leastBad: return "all were down or under suspicion, and rather one of them than none"
        case .again: return "the request had been tried on all"
        }
    }

    /// Whether the next best was as good, so that it was its turn among equals.
    private var isTied: Bool { load != nil && load == rivalLoad }

    /// What was compared, of a weight of 1.
    private var comparison: String {
        guard let load else { return "" }
        guard let rivalLoad, let rival else { return " (\(figure(load)))" }
        return " (\(figure(load)), \(rival) \(figure(rivalLoad)))"
    }

    private func figure(_ load: UInt64) -> String {
        if reason == .time {
            return "in \(Figures.text(Nanoseconds(min(load, 1 << 44) * 1000)))"
        }
        return load % 100 == 0 ? "\(load / 100)" : Figures.decimal(Double(load) / 100, places: 2)
    }

    private var passedOver: [String] {
        var parts: [String] = []
        if tried > 0 { parts.append("\(tried) that it had been tried on") }
        if down > 0 { parts.append("\(down) with failing checks") }
        if suspect > 0 { parts.append("\(suspect) under suspicion") }
        if busy > 0 { parts.append("\(busy) with as much in flight as it may have") }
        return parts
    }
}
