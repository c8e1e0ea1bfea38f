import Basics

/// A copy of the bytes, to be compared.
public func array(_ bytes: Span<UInt8>) -> [UInt8] {
    var array: [UInt8] = []
    array.reserveCapacity(bytes.count)
    for index in bytes.indices { array.append(bytes[index]) }
    return array
}

/// What a queue holds, as text.
public func text(_ queue: borrowing ByteQueue) -> String { Utf8.string(queue.bytes) }

/// A queue that holds a text.
public func queue(_ text: String) -> ByteQueue {
    var queue = ByteQueue(capacity: max(64, text.utf8.count))
    queue.append(text: text)
    return queue
}
