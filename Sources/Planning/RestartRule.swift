/// After which endings a child starts again.
public enum RestartRule: UInt8, CaseIterable, Sendable { case always, onFailure, never }
