import Basics
import Kernel

/// How long something may take that takes milliseconds on a machine with nothing else to do.
public let patience = Nanoseconds.seconds(30)

/// Waits until `condition` holds; false when it does not in time.
public func eventually(within span: Nanoseconds = patience, _ condition: () -> Bool) -> Bool {
    let deadline = Clock.now() + span
    while !condition() {
        if Clock.now() >= deadline { return false }
        Poll.sleep(.milliseconds(2))
    }
    return true
}
