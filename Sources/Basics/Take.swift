/// Takes a value out of its place, which has another one until it is put back: so it can be changed
/// while its owner is asked, and nothing is copied.
@inlinable
public func take<Value>(_ place: inout Value, leaving rest: consuming Value) -> Value {
    let taken = place
    place = rest
    return taken
}
