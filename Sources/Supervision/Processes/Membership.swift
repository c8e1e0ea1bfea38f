/// Whether a child belongs to the service, and what comes after it.
struct Membership {
    enum State {
        case member
        /// It is to take over from a member once it is ready.
        case successor
        /// It has been taken out, and finishes what it has.
        case parting
    }

    private(set) var state = State.member
    /// The balancer that has taken over from this one.
    private(set) var heir: SupervisedChild?

    var isMember: Bool { state == .member }
    var isParting: Bool { state == .parting }

    /// It is to take over from another.
    mutating func becameSuccessor() { state = .successor }

    /// It has taken over.
    mutating func tookOver() { state = .member }

    /// It is taken out of the service; what has taken over from it is `heir`, if anything has.
    mutating func removed(for heir: SupervisedChild? = nil) {
        state = .parting
        self.heir = heir
    }

    /// It is forgotten.
    mutating func forgotten() { heir = nil }
}
