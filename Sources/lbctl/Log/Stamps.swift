import Basics

/// Names as texts.
enum Stamps {
    static func text(_ bytes: Span<UInt8>) -> String {
        Utf8.string(bytes)
    }
}
