/// Why a command did not do what it was asked, in one sentence, and how the process then exits.
struct CommandError: Error, Equatable, CustomStringConvertible {
    /// The documented exit codes; scripts rely on them.
    enum Exit: Int32, Sendable {
        case done = 0
        /// It began, and it did not succeed.
        case failed = 1
        /// Usage or bad input: nothing was started.
        case usage = 2
        /// The head cannot be reached.
        case unreachable = 3
        /// The head, or a rule of safety, does not allow it.
        case refused = 4
    }

    let exit: Exit
    let description: String

    init(_ exit: Exit, _ sentence: String) {
        self.exit = exit
        self.description = sentence
    }
}
