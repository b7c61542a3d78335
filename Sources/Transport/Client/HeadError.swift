/// Why a head could not be spoken to.
package enum HeadError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Nobody answered, or nobody whom we may trust.
    case unreachable(HostAndPort, reason: String)
    /// The head answered, and will not have us.
    case refused(HostAndPort, reason: String)

    init(_ place: HostAndPort, _ sentence: String) {
        self =
            TLSFailure.isRefusal(sentence)
            ? .refused(place, reason: sentence) : .unreachable(place, reason: sentence)
    }

    package var description: String {
        switch self {
        case .unreachable(let place, let reason): "cannot reach the head at \(place): \(reason)"
        case .refused(let place, let reason): "\(place): \(reason)"
        }
    }
}
