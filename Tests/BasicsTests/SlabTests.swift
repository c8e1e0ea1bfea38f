import Basics
import TestSupport
import Testing

@Suite struct SlabTests {
    /// Counts how many of them there are.
    final class InstanceCount { var living = 0 }

    struct Element: ~Copyable {
        let name: Int
        let instances: InstanceCount

        init(_ name: Int, _ instances: InstanceCount) {
            self.name = name
            self.instances = instances
            instances.living += 1
        }

        deinit { instances.living -= 1 }
    }

    @Test func `what is made in place and what is handed over lie in slots alike`() {
        var slab = Slab<Int>(capacity: 3)
        let first = slab.insert(making: { 7 })
        let second = slab.insert(8)
        #expect(slab[first.slot] == 7 && slab[second.slot] == 8)
        slab.discard(first.slot)
        #expect(!slab.isCurrent(first) && slab.count == 1)
        let third = slab.insert(making: { 9 })
        #expect(third.slot == first.slot && third.generation != first.generation)
    }

    @Test func `a key dies with its element, also when the slot is used again`() {
        var slab = Slab<Int>(capacity: 4)
        let first = slab.insert(1)
        #expect(slab.isCurrent(first) == true)
        _ = slab.remove(first.slot)
        #expect(slab.isCurrent(first) == false)
        let second = slab.insert(2)
        #expect(second.slot == first.slot && second != first)
        #expect(slab.isCurrent(second) && !slab.isCurrent(first))
    }

    @Test func `no key is ever current in an empty slab`() {
        let slab = Slab<Int>(capacity: 4)
        #expect(slab.isCurrent(.none) == false)
        for slot in 0..<6 as Range<UInt32> {
            for generation in 0..<4 as Range<UInt32> {
                let key = Slab<Int>.Key(slot: .init(slot), generation: generation)
                #expect(slab.isCurrent(key) == false)
            }
        }
    }

    @Test func `it is full when every slot is let, and tells the next key before`() {
        var slab = Slab<Int>(capacity: 3)
        for number in 0..<3 {
            #expect(slab.isFull == false)
            let told = slab.nextKey
            #expect(slab.insert(number) == told)
        }
        #expect(slab.isFull && slab.nextKey == nil && slab.count == 3)
        _ = slab.remove(.init(1))
        #expect(slab.isFull == false)
        let told = slab.nextKey
        #expect(slab.insert(9) == told)
    }

    @Test func `what is in it when it goes, goes too`() {
        let instances = InstanceCount()
        do {
            var slab = Slab<Element>(capacity: 8)
            for name in 0..<6 { _ = slab.insert(Element(name, instances)) }
            _ = slab.remove(.init(2))
            #expect(instances.living == 5)
        }
        #expect(instances.living == 0)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `it does what a dictionary would do`(seed: UInt64) {
        var dice = Dice(seed)
        let instances = InstanceCount()
        var slab = Slab<Element>(capacity: 20)
        var model: [Slab<Element>.Key: Int] = [:]
        var gone: [Slab<Element>.Key] = []
        for turn in 0..<4000 {
            if Bool.random(using: &dice) && !slab.isFull {
                model[slab.insert(Element(turn, instances))] = turn
            } else if let (key, name) = model.randomElement(using: &dice) {
                let element = slab.remove(key.slot)
                #expect(element.name == name)
                model[key] = nil
                gone.append(key)
            }
            #expect(slab.count == model.count && instances.living == model.count)
            #expect(gone.suffix(50).allSatisfy { !slab.isCurrent($0) })
            for (key, name) in model {
                #expect(slab.isCurrent(key) && slab.key(key.slot) == key)
                #expect(slab[key.slot].name == name)
            }
        }
        var seen: Set<Slab<Element>.Slot> = []
        slab.forEachSlot { seen.insert($0) }
        #expect(seen == Set(model.keys.map(\.slot)))
    }

    @Test func `a change in place stays`() {
        var slab = Slab<Int>(capacity: 2)
        let key = slab.insert(1)
        slab[key.slot] += 41
        #expect(slab[key.slot] == 42)
    }

    @Test func `a slot that is not let stops the program`() async {
        await #expect(processExitsWith: .failure) {
            var slab = Slab<Int>(capacity: 2)
            _ = slab.insert(1)
            slab[.init(1)] = 2
        }
        await #expect(processExitsWith: .failure) {
            var slab = Slab<Int>(capacity: 2)
            _ = slab.remove(slab.insert(1).slot)
            _ = slab.remove(.init(0))
        }
        await #expect(processExitsWith: .failure) {
            var slab = Slab<Int>(capacity: 1)
            _ = slab.insert(1)
            _ = slab.insert(2)
        }
    }
}

@Suite struct TokenTests {
    @Test func `kind, slot and generation come back from the sixty-four bits`() {
        let slab = Slab<Int>(capacity: 1)
        for kind in [0, 1, 127, 255] as [UInt8] {
            for slot in [0, 1, 4711, 0xFF_FFFF] as [UInt32] {
                for generation in [0, 1, 0x8000_0000, .max] as [UInt32] {
                    let key = Slab<Int>.Key(slot: .init(slot), generation: generation)
                    let token = Token(raw: Token(kind: kind, key: key).raw)
                    #expect(token.kind == kind && token.key(in: slab) == key)
                    #expect(token.slot == slot && token.generation == generation)
                }
            }
        }
    }

    @Test func `a token for a single thing has its kind`() {
        #expect(Token(kind: 200).kind == 200)
    }
}
