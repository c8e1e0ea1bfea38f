/// What a program says at its notify socket, sd_notify(3): lines of `NAME=value`.
enum ReadyNotice {
    /// Whether it says that it is ready.
    static func isReady(_ text: String) -> Bool {
        text.split(separator: "\n").contains { $0 == "READY=1" }
    }
}
