import Basics
import Control
import Kernel
import Synchronization

/// Where a backend is reached: one address, or for `localhost` whichever of 127.0.0.1 and ::1
/// accepts.
///
/// A program that is told to listen on localhost listens on one of the two, and after its next
/// start perhaps on the other. So the one that refuses is passed over for the other, and what
/// accepted last comes first: for all threads, and for the checks too.
final class BackendAddress: Sendable {
    /// A connection that was begun, and where to.
    struct Begun: ~Copyable {
        let socket: Descriptor
        let address: Address
    }

    /// As it was said: `127.0.0.1:3000`, `localhost:3000`.
    let text: String
    private let first: Address
    /// Where else it may be; `nil` for an address that was given as a number.
    private let second: Address?
    private let prefersSecond = Atomic(false)

    /// `nil` where the text names no address.
    init?(_ text: String) {
        guard let addresses = Endpoint(text)?.addresses else { return nil }
        first = addresses[0]
        second = addresses.count > 1 ? addresses[1] : nil
        self.text = text
    }

    /// Begins to connect without waiting, as `Socket.connect` does.
    func connect(speakFirst: Bool = false) throws(SystemError) -> Begun {
        guard let second else {
            return Begun(
                socket: try Socket.connect(to: first, speakFirst: speakFirst), address: first)
        }
        let isSwapped = prefersSecond.load(ordering: .relaxed)
        var refusal: SystemError?
        for isFirst in [true, false] {
            let address = isFirst != isSwapped ? first : second
            do throws(SystemError) {
                let socket = try Socket.connect(to: address, speakFirst: speakFirst)
                // The loopback answers within the call; where it does not, the attempt shows it.
                switch Socket.progress(of: socket, to: address) {
                case .connected, .underWay:
                    if !isFirst { prefersSecond.store(!isSwapped, ordering: .relaxed) }
                    return Begun(socket: socket, address: address)
                case .failed(let errno): throw SystemError(call: "connect", errno: errno)
                }
            } catch {
                // That there is no IPv6 here says less than that no process listens.
                if refusal?.errno != .connectionRefused { refusal = error }
            }
        }
        throw refusal ?? SystemError(call: "connect", errno: .connectionRefused)
    }

    /// A connection that was begun was refused after all: the other address comes next.
    func wasRefused() {
        if second == nil { return }
        prefersSecond.store(!prefersSecond.load(ordering: .relaxed), ordering: .relaxed)
    }
}
