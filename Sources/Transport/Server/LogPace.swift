package import NIOCore

/// Lets lines through while they are few, and counts them when they are many: an attacker's storm
/// must not become a storm of lines.
package struct LogPace: Sendable {
    private let linesMax: Int
    private let window: TimeAmount
    private var end = NIODeadline.uptimeNanoseconds(0)
    private var lines = 0
    private var untold = 0

    package enum Verdict: Equatable, Sendable {
        /// Write the line, and say how many were left out before it.
        case line(untold: Int)
        case nothing
    }

    /// - Parameter linesMax: lines in one window of this length.
    package init(_ linesMax: Int, per window: Duration) {
        self.linesMax = linesMax
        self.window = TimeAmount(window)
    }

    package mutating func admit(_ now: NIODeadline) -> Verdict {
        if now >= self.end {
            self.end = now + self.window
            self.lines = 0
        }
        guard self.lines < self.linesMax else {
            self.untold += 1
            return .nothing
        }
        self.lines += 1
        defer { self.untold = 0 }
        return .line(untold: self.untold)
    }
}
