/// Whether processes that had become ours have been reaped since it was last looked at what is left
/// of children.
struct AdoptedExits {
    private var isNew = false

    /// One was reaped, or may have ended unseen.
    mutating func ended() { isNew = true }

    /// Whether some have ended since it was last asked.
    mutating func haveEnded() -> Bool {
        defer { isNew = false }
        return isNew
    }
}
