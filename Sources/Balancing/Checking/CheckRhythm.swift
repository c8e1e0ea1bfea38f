import Basics
import Choosing

/// When each backend is checked: a few together at a beat, and the beats spread over the interval.
///
/// An idle thread that wakes costs more than a check (measured: 60 µs of CPU for a wake after a
/// third of a second, 20 µs for a check over a connection that is there), so neighbours share one.
/// A hundred backends are not checked in one instant all the same.
struct CheckRhythm {
    /// How many are checked together.
    static let group = 8

    let interval: Nanoseconds
    /// Where the interval begins; another for each balancer, so that they don't knock in step.
    let origin: Nanoseconds

    /// The next beat for a backend at this place, after `now`.
    func next(_ place: UInt32, after now: Instant) -> Instant {
        let interval = max(1, self.interval.count)
        // Steps of the golden section: however many groups there are, they lie evenly.
        let part = UInt64(place / UInt32(Self.group)) &* KeyHash.golden
        let phase = (part.multipliedFullWidth(by: interval).high + origin.count) % interval
        let behind = (now.nanoseconds % interval + interval - phase) % interval
        return now + Nanoseconds(interval - behind)
    }
}
