/// What a signal's number can be, signal(7).
public enum SignalNumber {
    /// Those that are sent; 0 is none, it only asks whether somebody is there.
    public static let all: ClosedRange<Int32> = 1...64
}
