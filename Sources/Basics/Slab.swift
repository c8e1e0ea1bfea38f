/// A fixed number of slots that never move, found by number, each with a generation.
///
/// A slot that is freed and used again gets another generation, so that what was meant for the
/// earlier element (a stale event, a late answer) does not reach the later one. Memory is touched
/// only when a slot is first used.
@safe
public struct Slab<Element: ~Copyable>: ~Copyable {
    /// Where an element lies. A slot of one kind of slab can't be taken for one of another.
    public struct Slot: Hashable, Sendable {
        public let number: UInt32
        @inlinable
        var index: Int { Int(number) }

        @inlinable
        public init(_ number: UInt32) { self.number = number }

        /// A slot that no slab has.
        @inlinable
        public static var none: Slot { Slot(.max) }
    }

    /// Where an element lies, and which of the elements that its slot has held it is.
    public struct Key: Hashable, Sendable {
        public let slot: Slot
        public let generation: UInt32

        @inlinable
        public init(slot: Slot, generation: UInt32) {
            self.slot = slot
            self.generation = generation
        }

        /// A key that no element ever has.
        @inlinable
        public static var none: Key { Key(slot: .none, generation: 0) }
    }

    @usableFromInline let elements: UnsafeMutablePointer<Element>
    /// Odd while the slot is let.
    @usableFromInline let generations: UnsafeMutablePointer<UInt32>
    @usableFromInline let nextFree: UnsafeMutablePointer<UInt32>
    @usableFromInline var firstFree: UInt32 = .max
    /// Slots from here on have never been used.
    @usableFromInline var untouched: UInt32 = 0
    public let capacity: Int
    @usableFromInline var letCount = 0
    /// How many slots are let.
    public var count: Int { letCount }

    /// A slab of 1 to 16 million slots, all free.
    public init(capacity: Int) {
        invariant(capacity > 0 && capacity < 1 << 24, "a slab holds 1 to 16 million slots")
        self.capacity = capacity
        unsafe elements = .allocate(capacity: capacity)
        unsafe generations = .allocate(capacity: capacity)
        unsafe nextFree = .allocate(capacity: capacity)
    }

    deinit {
        for slot in 0..<Int(untouched) where unsafe generations[slot] & 1 == 1 {
            unsafe (elements + slot).deinitialize(count: 1)
        }
        unsafe elements.deallocate()
        unsafe generations.deallocate()
        unsafe nextFree.deallocate()
    }

    @inlinable
    public var isFull: Bool { firstFree == .max && Int(untouched) == capacity }

    /// The key that the next `insert` will give; `nil` when the slab is full.
    @inlinable
    public var nextKey: Key? {
        if firstFree != .max {
            return Key(slot: Slot(firstFree), generation: unsafe generations[Int(firstFree)] | 1)
        }
        return Int(untouched) == capacity ? nil : Key(slot: Slot(untouched), generation: 1)
    }

    /// Lets a slot to `element`, the one that `nextKey` told; the slab must not be full.
    @inlinable
    public mutating func insert(_ element: consuming Element) -> Key {
        let key = letNext()
        unsafe (elements + key.slot.index).initialize(to: element)
        return key
    }

    /// Lets a slot to what `make` makes, where it will lie: a large element is not moved there.
    @inlinable @inline(__always)
    public mutating func insert(making make: () -> Element) -> Key {
        let key = letNext()
        unsafe (elements + key.slot.index).initialize(to: make())
        return key
    }

    /// The next slot, let to an element that the caller puts there at once.
    @inlinable
    mutating func letNext() -> Key {
        let slot: UInt32
        if firstFree != .max {
            slot = firstFree
            unsafe firstFree = nextFree[Int(slot)]
            unsafe generations[Int(slot)] |= 1
        } else {
            invariant(Int(untouched) < capacity, "a full slab was asked for a slot")
            slot = untouched
            untouched += 1
            unsafe generations[Int(slot)] = 1
        }
        letCount += 1
        return Key(slot: Slot(slot), generation: unsafe generations[Int(slot)])
    }

    /// Ends a slot's tenancy and hands the element out.
    @inlinable
    public mutating func remove(_ slot: Slot) -> Element {
        free(slot)
        return unsafe (elements + slot.index).move()
    }

    /// Ends a slot's tenancy and the element where it lies.
    @inlinable
    public mutating func discard(_ slot: Slot) {
        free(slot)
        unsafe (elements + slot.index).deinitialize(count: 1)
    }

    @inlinable
    mutating func free(_ slot: Slot) {
        checkLet(slot)
        // Even again: free. It wraps after two thousand million elements, and skips nothing else.
        unsafe generations[slot.index] &+= 1
        unsafe nextFree[slot.index] = firstFree
        firstFree = slot.number
        letCount -= 1
    }

    /// Whether the slot still holds the element that the key was made for.
    @inlinable
    public func isCurrent(_ key: Key) -> Bool {
        if key.slot.number >= untouched || key.generation & 1 == 0 { return false }
        return unsafe generations[key.slot.index] == key.generation
    }

    /// The key of the slot's present element.
    @inlinable
    public func key(_ slot: Slot) -> Key {
        checkLet(slot)
        return Key(slot: slot, generation: unsafe generations[slot.index])
    }

    /// The element in a slot that is in use, changed where it lies; a free slot ends the program.
    @inlinable
    public subscript(slot: Slot) -> Element {
        @inline(__always)
        _read {
            checkLet(slot)
            yield unsafe elements[slot.index]
        }
        @inline(__always)
        _modify {
            checkLet(slot)
            yield unsafe &elements[slot.index]
        }
    }

    /// Calls `body` with the number of every slot that is let.
    public func forEachSlot(_ body: (Slot) -> Void) {
        for slot in 0..<untouched where unsafe generations[Int(slot)] & 1 == 1 {
            body(Slot(slot))
        }
    }

    @inlinable @inline(__always)
    func checkLet(_ slot: Slot) {
        invariant(
            slot.number < untouched && (unsafe generations[slot.index]) & 1 == 1,
            "a slot was used that is not let")
    }
}
