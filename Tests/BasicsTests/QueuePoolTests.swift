import Basics
import Testing

@Suite struct QueuePoolTests {
    @Test func `a queue that comes back is empty when it is lent again`() {
        var pool = QueuePool(queueCapacity: 64, headroom: 8, keep: 2)
        var queue = pool.lend()
        #expect(queue.capacity == 64 && queue.headroom == 8 && pool.lent == 1)
        queue.append("something")
        pool.giveBack(queue)
        #expect(pool.lent == 0)
        let again = pool.lend()
        #expect(again.isEmpty && again.headroom == 8)
    }

    @Test func `a queue that grew is not kept`() {
        var pool = QueuePool(queueCapacity: 16, headroom: 0, keep: 2)
        var queue = pool.lend()
        queue.reserve(1000)
        pool.giveBack(queue)
        #expect(pool.lend().capacity == 16)
    }

    @Test func `more than are kept can be lent and given back`() {
        var pool = QueuePool(queueCapacity: 16, headroom: 0, keep: 1)
        let first = pool.lend()
        let second = pool.lend()
        let third = pool.lend()
        #expect(pool.lent == 3)
        pool.giveBack(first)
        pool.giveBack(second)
        pool.giveBack(third)
        #expect(pool.lent == 0)
    }
}
