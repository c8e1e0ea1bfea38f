import Basics
import Control
import Kernel

/// What lb-admin wants to see before it shows logs or takes orders: 256 bits in a file that the
/// service's user alone can read, made anew with each `up`.
public enum AdminToken {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    /// 62 to the power of 43 is just above 2 to the power of 256.
    private static let length = 43

    /// Makes it; an earlier one is worth nothing any more.
    static func make(in folder: RuntimeFolder) throws(SystemError) {
        try? Files.remove(folder.adminToken)
        let file = try Files.openOwn(folder.adminToken, for: .update)
        try Files.write(fresh() + "\n", to: file)
    }

    private static func fresh() -> String {
        var word: [UInt8] = []
        for _ in 0..<length {
            word.append(letters[Int(Randomness.word() % UInt64(letters.count))])
        }
        return Utf8.string(word.span)
    }

    /// The token of a service that runs; `nil` where it has none.
    public static func read(in folder: RuntimeFolder) -> String? {
        guard let file = try? Files.openOwn(folder.adminToken, for: .read) else { return nil }
        var text = ByteQueue(capacity: 256)
        guard case .moved = file.read(into: &text) else { return nil }
        let line = Utf8.string(text.bytes).prefix { !$0.isWhitespace }
        return line.isEmpty ? nil : String(line)
    }
}
