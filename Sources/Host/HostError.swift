import Glibc

/// What the host refused, in one sentence that names the place and what would be right.
///
/// Two errors are equal when their codes are: tests compare kinds, people read reasons.
package struct HostError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// Nothing of that name is there.
        case missing
        /// Something of that name is there already.
        case exists
        /// The host does not let us.
        case notPermitted
        /// It is there, and it is not safe to use: a loose mode, another owner, a symbolic link.
        case unsafe
        /// It does not hold what it should.
        case malformed
        /// The peer or the disk or the kernel failed.
        case failed
    }

    package let code: Code
    package let reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// `cannot ACT: the kernel's words`, where `act` says what was tried on what.
    package init(failedTo act: String, _ number: CInt) {
        let code: Code =
            switch number {
            case ENOENT, ENOTDIR: .missing
            case EEXIST, ENOTEMPTY: .exists
            case EACCES, EPERM, EROFS: .notPermitted
            case EISDIR: .malformed
            default: .failed
            }
        self.init(code, "cannot \(act): \(String(cString: strerror(number)))")
    }

    package var description: String { self.reason }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}

/// Makes a call of the C library, again while signals interrupt it; -1 becomes an error.
func posix<Answer: SignedInteger>(
    _ act: @autoclosure () -> String, _ call: () -> Answer
) throws(HostError) -> Answer {
    while true {
        let answer = call()
        if answer != -1 { return answer }
        let number = errno
        if number != EINTR { throw HostError(failedTo: act(), number) }
    }
}

/// Makes a call of module CHost, which answers with a result or the negative error number.
func kernel<Answer: SignedInteger>(
    _ act: @autoclosure () -> String, _ call: () -> Answer
) throws(HostError) -> Answer {
    while true {
        let answer = call()
        if answer >= 0 { return answer }
        if answer != -Answer(EINTR) { throw HostError(failedTo: act(), CInt(-answer)) }
    }
}
