import Basics
import Control
import Kernel

extension Supervisor {
    func scale(to count: Int, asker: SlabKey) { reply(.refused(Self.isLeaving), to: asker) }
    func reload(asker: SlabKey) { reply(.refused(Self.isLeaving), to: asker) }
}
