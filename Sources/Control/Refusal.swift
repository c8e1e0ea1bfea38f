/// Why something was not done.
public struct Refusal: Error, Equatable, Sendable {
    public var what: String
    public var why: String
    public var advice: String

    public init(what: String, why: String, advice: String = "") {
        self.what = what
        self.why = why
        self.advice = advice
    }
}

extension Refusal: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(what)
        frame.put(why)
        frame.put(advice)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        what = try frame.text()
        why = try frame.text()
        advice = try frame.text()
    }
}
