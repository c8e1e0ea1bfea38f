/// What a balanced child's name was sent and what came of it, counted since it was first started.
public struct BackendTraffic: Equatable, Sendable {
    /// Responses by class, 1xx to 5xx.
    public var classes: [UInt64]
    /// Requests that it failed and that no other backend answered.
    public var failed: UInt64
    /// Requests that it failed and that went to another.
    public var retriedFrom: UInt64
    /// Requests that another had failed.
    public var retriedTo: UInt64
    /// Requests that would have gone to another if there had not been so many of them.
    public var retriesDenied: UInt64
    /// Connections that were tried, and those that were not made.
    public var connects: UInt64
    public var connectFailures: UInt64
    public var checksPassed: UInt64
    public var checksFailed: UInt64
    /// The moving average of its response times in milliseconds, where that is kept.
    public var average: Double?

    public init(
        classes: [UInt64], failed: UInt64, retriedFrom: UInt64, retriedTo: UInt64,
        retriesDenied: UInt64, connects: UInt64, connectFailures: UInt64, checksPassed: UInt64,
        checksFailed: UInt64, average: Double?
    ) {
        self.classes = classes
        self.failed = failed
        self.retriedFrom = retriedFrom
        self.retriedTo = retriedTo
        self.retriesDenied = retriesDenied
        self.connects = connects
        self.connectFailures = connectFailures
        self.checksPassed = checksPassed
        self.checksFailed = checksFailed
        self.average = average
    }
}

extension BackendTraffic: Spelled {
    public func spell(into frame: inout FrameWriter) {
        for index in 0..<5 { frame.put(index < classes.count ? classes[index] : 0) }
        frame.put(failed)
        frame.put(retriedFrom)
        frame.put(retriedTo)
        frame.put(retriesDenied)
        frame.put(connects)
        frame.put(connectFailures)
        frame.put(checksPassed)
        frame.put(checksFailed)
        frame.put(number: average)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        var classes: [UInt64] = []
        for _ in 0..<5 { classes.append(try frame.number()) }
        self.classes = classes
        failed = try frame.number()
        retriedFrom = try frame.number()
        retriedTo = try frame.number()
        retriesDenied = try frame.number()
        connects = try frame.number()
        connectFailures = try frame.number()
        checksPassed = try frame.number()
        checksFailed = try frame.number()
        average = try frame.optionalDouble()
    }
}
