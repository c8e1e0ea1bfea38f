import Planning

/// What the supervisor advises to type.
extension ServicePlan {
    /// A verb as it can be typed; the client that asked may be in another folder, or without the
    /// LBCTL_NAME that the supervisor has.
    func advised(_ verb: String) -> String { Advice.line(verb, for: name, implied: nil) }

    /// What is advised where not all was done.
    var whereToLook: String { "see \(advised("ps")) and \(advised("logs"))" }
}
