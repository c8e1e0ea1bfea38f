/// What a signal's number can be, signal(7).
public enum SignalNumber {
    /// The numbers of real signals; 0 is none: kill(2) with it only asks whether the process is
    /// there.
    public static let all: ClosedRange<Int32> = 1...64
}
