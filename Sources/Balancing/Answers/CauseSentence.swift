import Control

extension Cause {
    /// What a failure of a backend is called, without a full stop.
    func sentence(about backend: String, _ detail: String) -> String {
        let why = detail.isEmpty ? "" : " (\(detail))"
        return switch self {
        case .refused: "\(backend) refused the connection"
        case .connectTimeout: "\(backend) could not be connected to in time"
        case .terminated: "\(backend) closed the connection before it had answered\(why)"
        case .silent: "\(backend) did not answer in time"
        case .malformedResponse: "\(backend) sent no proper response\(why)"
        case .responseHeadTooLarge: "\(backend) sent too large a response head\(why)"
        default: "\(backend) can't be reached\(why)"
        }
    }
}
