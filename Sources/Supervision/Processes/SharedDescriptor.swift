import Kernel

/// A descriptor that several hold, or none; closed when the last one lets go.
final class SharedDescriptor {
    let descriptor: Descriptor

    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}
