/// Where an element lies in a slab, and which of the slot's tenants it is.
public struct SlabKey: Hashable, Sendable {
    public let slot: UInt32
    public let generation: UInt32

    @inlinable
    public init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    /// A key that no element ever has.
    public static let none = SlabKey(slot: .max, generation: 0)
}

/// A fixed number of slots that never move, found by number, each with a generation.
///
/// A slot that is let and let again gets another generation, so that what was meant for the earlier
/// tenant (a stale event, a late answer) does not reach the later one. Memory is touched only when
/// a slot is first used.
@safe
public struct Slab<Element: ~Copyable>: ~Copyable {
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

    /// The key that the next `insert` will give; nothing when the slab is full.
    @inlinable
    public var nextKey: SlabKey? {
        if firstFree != .max {
            return SlabKey(slot: firstFree, generation: unsafe generations[Int(firstFree)] | 1)
        }
        return Int(untouched) == capacity ? nil : SlabKey(slot: untouched, generation: 1)
    }

    /// Lets a slot to `element`, the one that `nextKey` told; the slab must not be full.
    @inlinable
    public mutating func insert(_ element: consuming Element) -> SlabKey {
        let key = letNext()
        unsafe (elements + Int(key.slot)).initialize(to: element)
        return key
    }

    /// Lets a slot to what `make` makes, where it will lie: a large element is not moved there.
    @inlinable @inline(__always)
    public mutating func insert(making make: () -> Element) -> SlabKey {
        let key = letNext()
        unsafe (elements + Int(key.slot)).initialize(to: make())
        return key
    }

    /// The next slot, let to an element that the caller puts there at once.
    @inlinable
    mutating func letNext() -> SlabKey {
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
        return SlabKey(slot: slot, generation: unsafe generations[Int(slot)])
    }

    /// Ends a slot's tenancy and hands the element out.
    @inlinable
    public mutating func remove(_ slot: UInt32) -> Element {
        free(slot)
        return unsafe (elements + Int(slot)).move()
    }

    /// Ends a slot's tenancy and the element where it lies.
    @inlinable
    public mutating func discard(_ slot: UInt32) {
        free(slot)
        unsafe (elements + Int(slot)).deinitialize(count: 1)
    }

    @inlinable
    mutating func free(_ slot: UInt32) {
        checkLet(slot)
        // Even again: free. It wraps after two thousand million tenants, and skips nothing else.
        unsafe generations[Int(slot)] &+= 1
        unsafe nextFree[Int(slot)] = firstFree
        firstFree = slot
        letCount -= 1
    }

    /// Whether the slot is still let to the tenant that the key was made for.
    @inlinable
    public func isCurrent(_ key: SlabKey) -> Bool {
        if key.slot >= untouched || key.generation & 1 == 0 { return false }
        return unsafe generations[Int(key.slot)] == key.generation
    }

    /// The key of the slot's present tenant.
    @inlinable
    public func key(_ slot: UInt32) -> SlabKey {
        checkLet(slot)
        return SlabKey(slot: slot, generation: unsafe generations[Int(slot)])
    }

    @inlinable
    public subscript(slot: UInt32) -> Element {
        @inline(__always)
        _read {
            checkLet(slot)
            yield unsafe elements[Int(slot)]
        }
        @inline(__always)
        _modify {
            checkLet(slot)
            yield unsafe &elements[Int(slot)]
        }
    }

    /// Calls `body` with the number of every slot that is let.
    public func forEachSlot(_ body: (UInt32) -> Void) {
        for slot in 0..<untouched where unsafe generations[Int(slot)] & 1 == 1 {
            body(slot)
        }
    }

    @inlinable @inline(__always)
    func checkLet(_ slot: UInt32) {
        invariant(
            slot < untouched && (unsafe generations[Int(slot)]) & 1 == 1,
            "a slot was used that is not let")
    }
}
