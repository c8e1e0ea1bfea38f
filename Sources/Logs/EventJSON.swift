import Basics

/// The members of an event's object, as programs read it.
enum EventJSON {
    /// Appends the object of an event that was recorded so, and a line feed.
    static func appendObject(
        _ event: ServiceEvent, at stamp: Stamp, _ timestamps: inout TimestampWriter,
        to queue: inout ByteQueue
    ) {
        queue.append("{\"seq\":")
        queue.append(decimal: stamp.sequence)
        queue.append(",\"time\":\"")
        timestamps.append(stamp.time, to: &queue)
        queue.append("\",")
        append(event, to: &queue)
        queue.append("}\n")
    }

    /// Appends `"kind":…,"name":…,"port":…,"pid":…,"generation":…,"what":…,"facts":{…}`.
    static func append(_ event: ServiceEvent, to queue: inout ByteQueue) {
        queue.append(text: "\"kind\":\"\(event.kind.rawValue)\",\"name\":")
        if let name = event.subject?.name {
            JSONText.append(name.utf8.span, to: &queue)
        } else {
            queue.append("null")
        }
        let subject = event.subject
        append("port", subject?.port.map { UInt64($0) }, to: &queue)
        append("pid", subject?.pid.map { UInt64(clamping: $0) }, to: &queue)
        append("generation", subject?.generation, to: &queue)
        queue.append(",\"what\":")
        JSONText.append(event.what.utf8.span, to: &queue)
        queue.append(",\"facts\":{")
        for (index, fact) in event.facts.enumerated() {
            queue.append(text: (index == 0 ? "\"" : ",\"") + fact.key + "\":")
            append(fact, to: &queue)
        }
        queue.append("}")
    }

    private static func append(_ key: String, _ number: UInt64?, to queue: inout ByteQueue) {
        queue.append(text: ",\"\(key)\":" + (number.map { "\($0)" } ?? "null"))
    }

    private static func append(_ fact: EventFact, to queue: inout ByteQueue) {
        switch fact {
        case .text(_, let text): JSONText.append(text.utf8.span, to: &queue)
        case .number(_, let number): queue.append(decimal: number)
        case .flag: queue.append("true")
        case .list(_, let list):
            for (index, text) in list.enumerated() {
                queue.append(index == 0 ? "[" : ",")
                JSONText.append(text.utf8.span, to: &queue)
            }
            queue.append("]")
        }
    }
}

extension ServiceEvent {
    /// Appends the event's object as `events --format json` prints it, and a line feed.
    public func appendObject(at stamp: Stamp, to queue: inout ByteQueue) {
        var timestamps = TimestampWriter()
        EventJSON.appendObject(self, at: stamp, &timestamps, to: &queue)
    }
}
