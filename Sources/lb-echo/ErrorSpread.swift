import Basics

/// Which requests fail so that a share of them does: of any number in a row exactly that share, but
/// for less than one request.
struct ErrorSpread {
    var share: Share
    /// How much of a failure is due, in millionths.
    private var due: UInt32 = 0

    init(_ share: Share) { self.share = share }

    /// Whether the next request is one of those.
    mutating func isNext() -> Bool {
        due += share.millionths
        if due < Share.whole.millionths { return false }
        due -= Share.whole.millionths
        return true
    }
}
