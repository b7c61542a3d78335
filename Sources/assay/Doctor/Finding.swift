/// What one look at a host came to.
struct Finding: Encodable, Equatable, Sendable {
    enum State: String, Encodable, Sendable {
        case ok
        /// Worth knowing; nothing stops working.
        case warning
        /// Somebody has to put it right.
        case problem
    }

    let check: String
    let state: State
    /// One sentence.
    let finding: String

    init(_ check: String, _ state: State, _ finding: String) {
        self.check = check
        self.state = state
        self.finding = finding
    }
}
