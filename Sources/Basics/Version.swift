/// The version that all programs of one build share.
public let productVersion = "0.1.0"
